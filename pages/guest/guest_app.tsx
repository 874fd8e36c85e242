import type { JSX } from "preact";
import { keptContact } from "../visit/clinic_contact";
import { InAppNotice } from "../visit/in_app_notice";
import { MessagePage } from "../visit/message_page";
import { PageFrame } from "../visit/page_frame";
import { StoppedPage } from "../visit/stopped_page";
import { VisitScreens } from "../visit/visit_screens";
import type { GuestModel } from "./guest_model";
import { InvitationPage } from "./invitation_page";
import { guestTexts } from "./texts";

export function GuestApp({ guest }: { guest: GuestModel }): JSX.Element {
  const now = guest.state.value;
  const { clinic } = guest.link;
  const contact = keptContact(clinic);
  const text = guestTexts();
  if (now.kind === "visit") {
    const testing = now.model.screen.value.kind === "device_test";
    return (
      <VisitScreens
        model={now.model}
        clinic={clinic}
        guest
        expires_at={now.session.claims.exp}
        notice={testing && <InAppNotice address={guest.handOverAddress()} />}
      />
    );
  }
  return (
    <PageFrame contact={contact}>
      {now.kind === "stopped" && <StoppedPage reason={now.reason} contact={contact} />}
      {now.kind === "void" && (
        <MessagePage icon="warning" tone="doubt" heading={text.void} text={text.voidMore} contact={contact} />
      )}
      {now.kind === "invitation" && (
        <div class="stack">
          <InAppNotice address={guest.handOverAddress()} />
          <InvitationPage busy={now.busy} told={now.told} problem={now.problem} onAccept={() => void guest.accept()} />
        </div>
      )}
    </PageFrame>
  );
}
