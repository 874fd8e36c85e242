import type { JSX } from "preact";
import { keptContact } from "./clinic_contact";
import { PageFrame } from "./page_frame";
import { StoppedPage } from "./stopped_page";
import type { StopReason } from "./visit_screen";

/** A link that is seen to be of no use before anybody was asked. */
export function LinkStopped({ clinic, reason }: { clinic: string; reason: StopReason }): JSX.Element {
  const contact = keptContact(clinic);
  return (
    <PageFrame contact={contact}>
      <StoppedPage reason={reason} contact={contact} />
    </PageFrame>
  );
}
