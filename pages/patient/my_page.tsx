import type { ComponentChildren, JSX } from "preact";
import type { PatientView } from "../client";
import { Icon } from "../shared/icons";
import { telephoneLink, type ClinicContact } from "../visit/clinic_contact";
import { useHeadingFocus } from "../visit/heading_focus";
import { patientTexts } from "./texts";
import { VisitCard } from "./visit_card";
import "./my_page.css";

export interface MyPageProps {
  name?: string | undefined;
  me: string;
  contact?: ClinicContact | undefined;
  visits: readonly PatientView[];
  /** Above the appointments: the way out of an app, a failure. */
  notices?: ComponentChildren;
  onStart(room: string): void;
}

export function MyPage({ name, me, contact, visits, notices, onStart }: MyPageProps): JSX.Element {
  const heading = useHeadingFocus();
  const text = patientTexts();
  const recorded = visits.flatMap((visit) => visit.patients).find((each) => each.person === me)?.name;
  const whose = recorded ?? name;
  return (
    <div class="stack my-page">
      <h1 ref={heading} tabIndex={-1}>
        {text.heading}
      </h1>
      {whose !== undefined && (
        <p class="my-name">
          <bdi class="clipped">{text.greeting(whose)}</bdi>
        </p>
      )}
      {notices}
      <section class="stack" aria-labelledby="appointments">
        <h2 id="appointments">{text.appointments}</h2>
        {visits.length === 0 ? (
          <div class="card no-visits">
            <Icon name="calendar" size={32} />
            <p>
              <strong>{text.none}</strong>
            </p>
            <p class="quiet-text">{text.noneMore}</p>
          </div>
        ) : (
          <ul class="stack">
            {visits.map((visit) => (
              <VisitCard key={visit.room} visit={visit} me={me} onStart={() => onStart(visit.room)} />
            ))}
          </ul>
        )}
      </section>
      {contact !== undefined && <ClinicCard contact={contact} />}
    </div>
  );
}

function ClinicCard({ contact }: { contact: ClinicContact }): JSX.Element {
  return (
    <section class="card stack clinic-card" aria-labelledby="clinic">
      <h2 id="clinic">{patientTexts().clinic}</h2>
      <div>
        <p>
          <bdi class="clipped">
            <strong>{contact.name}</strong>
          </bdi>
        </p>
        {contact.address !== undefined && (
          <p class="quiet-text">
            <bdi class="clipped">{contact.address}</bdi>
          </p>
        )}
      </div>
      {contact.phone !== undefined && (
        <a class="button wide" href={telephoneLink(contact.phone)}>
          <Icon name="phone" />
          {contact.phone}
        </a>
      )}
    </section>
  );
}
