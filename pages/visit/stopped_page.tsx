import type { JSX } from "preact";
import type { IconName } from "../shared/icons";
import type { ClinicContact } from "./clinic_contact";
import { MessagePage } from "./message_page";
import { texts } from "./texts";
import type { StopReason } from "./visit_screen";

const icons: Record<StopReason, IconName> = {
  garbled: "warning",
  invalid: "warning",
  expired: "clock",
  revoked: "warning",
  foreign: "warning",
  removed: "leave",
  withdrawn: "warning",
  replaced: "swap",
  fault: "warning",
};

/** This link leads no further: why, and what to do. */
export function StoppedPage(props: {
  reason: StopReason;
  contact?: ClinicContact | undefined;
  guest?: boolean;
}): JSX.Element {
  const { reason, contact, guest = false } = props;
  const text = texts();
  // A reload takes up the tab's own step, so nothing is lost by it.
  const again = { replaced: text.stopped.replacedUse, fault: text.reload, removed: text.stopped.checkAgain }[reason as string];
  return (
    <MessagePage
      icon={icons[reason]}
      tone={reason === "replaced" ? "plain" : "doubt"}
      heading={text.stopped[reason]}
      text={guest && reason === "removed" ? text.stopped.removedGuest : text.stopped[`${reason}More`]}
      contact={contact}
    >
      {again !== undefined && (
        <button type="button" class="button primary large" onClick={() => location.reload()}>
          {again}
        </button>
      )}
    </MessagePage>
  );
}
