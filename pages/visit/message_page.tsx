import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "../shared/icons";
import { telephoneLink, type ClinicContact } from "./clinic_contact";
import { useHeadingFocus } from "./heading_focus";
import { texts } from "./texts";
import "./message_page.css";

export interface MessagePageProps {
  icon: IconName;
  tone?: "plain" | "good" | "doubt";
  heading: string;
  text: string;
  /** How to reach the clinic, as far as known. */
  contact?: ClinicContact | undefined;
  children?: ComponentChildren;
}

/** One thing to say, what to do about it, and the clinic's number. */
export function MessagePage({ icon, tone = "plain", heading, text, contact, children }: MessagePageProps): JSX.Element {
  const headingElement = useHeadingFocus();
  return (
    <section class="message-page stack">
      <span class={`message-icon ${tone}`}>
        <Icon name={icon} size={36} />
      </span>
      <h1 ref={headingElement} tabIndex={-1}>
        {heading}
      </h1>
      <p class="message-text">{text}</p>
      {children}
      {contact?.phone !== undefined && (
        <a class="button large wide" href={telephoneLink(contact.phone)}>
          <Icon name="phone" />
          {texts().call(contact.phone)}
        </a>
      )}
    </section>
  );
}
