import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../shared/icons";
import { telephoneLink, type ClinicContact } from "./clinic_contact";
import { MessagePage } from "./message_page";
import { texts } from "./texts";
import "./ended_page.css";

/** After the consultation. Promises nothing that only the clinic can keep. */
export function EndedPage(props: {
  guest: boolean;
  contact?: ClinicContact | undefined;
  children?: ComponentChildren;
}): JSX.Element {
  const { guest, contact, children } = props;
  const text = texts();
  const { ended } = text;
  if (guest) {
    return <MessagePage icon="check" tone="good" heading={ended.heading} text={ended.thanksGuest} contact={contact} />;
  }
  return (
    <MessagePage icon="check" tone="good" heading={ended.heading} text={ended.thanks}>
      <div class="ended-next card">
        <h2>{ended.next}</h2>
        <dl>
          <dt>
            <Icon name="card" /> {ended.payment}
          </dt>
          <dd>{ended.paymentMore}</dd>
          <dt>
            <Icon name="paper" /> {ended.papers}
          </dt>
          <dd>{ended.papersMore}</dd>
          <dt>
            <Icon name="medicine" /> {ended.medicine}
          </dt>
          <dd>{ended.medicineMore}</dd>
        </dl>
        <p class="quiet-text small-text">{ended.questions}</p>
        {contact?.phone !== undefined && (
          <a class="button wide" href={telephoneLink(contact.phone)}>
            <Icon name="phone" /> {text.call(contact.phone)}
          </a>
        )}
      </div>
      {children}
      <p class="quiet-text">{ended.mayClose}</p>
    </MessagePage>
  );
}
