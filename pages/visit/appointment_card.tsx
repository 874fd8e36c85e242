import type { JSX } from "preact";
import { isPatientView, type Visit } from "../client";
import { dateText, timeOfDay } from "../shared/clock";
import { language } from "../shared/language";
import { texts } from "./texts";
import { ZoneNote } from "./zone_note";
import "./identity_panel.css";

export function AppointmentCard({ visit }: { visit: Visit }): JSX.Element {
  const text = texts().waiting;
  return (
    <section class="card stack" aria-labelledby="appointment">
      <h2 id="appointment">{text.appointment}</h2>
      <dl class="identity">
        <dt>{text.time}</dt>
        <dd>
          {dateText(visit.starts_at, language.value)} {timeOfDay(visit.starts_at)} <ZoneNote time={visit.starts_at} />
        </dd>
        {isPatientView(visit) && (
          <>
            <dt>{text.menu}</dt>
            <dd>
              <bdi class="clipped">{visit.menu}</bdi>
            </dd>
          </>
        )}
        {visit.doctors.length > 0 && (
          <>
            <dt>{text.doctor}</dt>
            <dd>
              {visit.doctors.map((doctor) => (
                <bdi key={doctor.person} class="clipped">
                  {doctor.name}
                </bdi>
              ))}
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
