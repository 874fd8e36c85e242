import type { JSX } from "preact";
import type { LiveLink } from "../shared/live_link";
import type { ClinicContact } from "./clinic_contact";
import { isInDoubt } from "./connection_banner";
import { MessagePage } from "./message_page";
import { Spinner } from "./spinner";
import { texts } from "./texts";

/** Before the first word of the engine; when that does not come, it says so and goes on trying. */
export function LoadingPage({ link, contact }: { link?: LiveLink; contact?: ClinicContact | undefined }): JSX.Element {
  const text = texts();
  if (link === undefined || !isInDoubt(link)) return <Spinner text={text.loading} />;
  return (
    <MessagePage icon="network_off" tone="doubt" heading={text.online.unreachable} text={text.online.unreachableMore} contact={contact} />
  );
}
