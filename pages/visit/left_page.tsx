import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../shared/icons";
import type { ClinicContact } from "./clinic_contact";
import { MessagePage } from "./message_page";
import { texts } from "./texts";

/** After going by one's own choice: how to come back in. */
export function LeftPage(props: {
  contact?: ClinicContact | undefined;
  onComeBack(): void;
  children?: ComponentChildren;
}): JSX.Element {
  const text = texts().left;
  return (
    <MessagePage icon="leave" heading={text.heading} text={text.more} contact={props.contact}>
      <button type="button" class="button primary large" onClick={props.onComeBack}>
        <Icon name="enter" />
        {text.comeBack}
      </button>
      {props.children}
    </MessagePage>
  );
}
