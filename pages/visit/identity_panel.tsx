import { signal } from "@preact/signals";
import type { JSX } from "preact";
import type { AttendingDoctor } from "../client";
import { Icon } from "../shared/icons";
import { telephoneLink, type ClinicContact } from "./clinic_contact";
import { Dialog } from "./dialog";
import { texts } from "./texts";
import "./identity_panel.css";

/** Who the person is about to meet, and where: to be checked at any time. */
export interface Identity {
  contact: ClinicContact;
  doctors: readonly AttendingDoctor[];
}

const isOpen = signal(false);

export function IdentityButton({ identity }: { identity: Identity }): JSX.Element {
  const text = texts();
  return (
    <>
      <button type="button" class="button" aria-haspopup="dialog" onClick={() => (isOpen.value = true)}>
        <Icon name="info" size={18} />
        {text.identity.open}
      </button>
      {isOpen.value && (
        <Dialog heading={text.identity.heading} onClose={() => (isOpen.value = false)}>
          <IdentityFacts identity={identity} />
          <p class="small-text quiet-text">{text.identity.anyTime}</p>
        </Dialog>
      )}
    </>
  );
}

export function IdentityFacts({ identity: { contact, doctors } }: { identity: Identity }): JSX.Element {
  const text = texts().identity;
  return (
    <dl class="identity">
      <dt>{text.doctor}</dt>
      <dd>
        {doctors.length === 0 && <span class="quiet-text">{text.noDoctor}</span>}
        {doctors.map((doctor) => (
          <p key={doctor.person} class="identity-doctor">
            <bdi class="clipped">{doctor.name}</bdi>
            {doctor.registered_year !== undefined && (
              <span class="small-text quiet-text">{text.registered(doctor.registered_year)}</span>
            )}
          </p>
        ))}
      </dd>
      <dt>{text.clinic}</dt>
      <dd>
        <bdi class="clipped">{contact.name}</bdi>
      </dd>
      {contact.phone !== undefined && (
        <>
          <dt>{text.phone}</dt>
          <dd>
            <a class="phone-link" href={telephoneLink(contact.phone)}>
              <Icon name="phone" size={18} />
              {contact.phone}
            </a>
          </dd>
        </>
      )}
      {contact.address !== undefined && (
        <>
          <dt>{text.address}</dt>
          <dd>
            <bdi class="clipped">{contact.address}</bdi>
          </dd>
        </>
      )}
    </dl>
  );
}
