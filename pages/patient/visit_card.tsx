import type { JSX } from "preact";
import type { PatientView } from "../client";
import { dateText, dayOf, now_ms, timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { language } from "../shared/language";
import { ZoneNote } from "../visit/zone_note";
import { patientTexts } from "./texts";
import { isEarly, isOver } from "./visit_list";
import "./visit_card.css";

export interface VisitCardProps {
  visit: PatientView;
  me: string;
  onStart(): void;
}

/** One appointment; while it is not over it can be begun at any time. */
export function VisitCard({ visit, me, onStart }: VisitCardProps): JSX.Element {
  const text = patientTexts();
  const over = isOver(visit);
  const isToday = dayOf(visit.starts_at) === dayOf(now_ms.value);
  const early = isEarly(visit, now_ms.value);
  const mine = visit.people.find((each) => each.person === me)?.whereabouts;
  return (
    <li class={over ? "visit-card card over" : "visit-card card"}>
      <div class="visit-when">
        <h3>
          {isToday && <span class="visit-today">{text.today}</span>}
          <span>{dateText(visit.starts_at, language.value)}</span>
          <strong>{timeOfDay(visit.starts_at)}</strong>
          <ZoneNote time={visit.starts_at} />
        </h3>
        <span class={`badge phase-${visit.phase}`}>{text.phase[visit.phase]}</span>
      </div>
      <p class="visit-menu">
        <bdi class="clipped">{visit.menu}</bdi>
      </p>
      {visit.doctors.length > 0 && (
        <p class="quiet-text visit-doctors">
          {text.doctor}{" "}
          {visit.doctors.map((doctor) => (
            <bdi key={doctor.person} class="clipped">
              {doctor.name}
            </bdi>
          ))}
        </p>
      )}
      {!over && (
        <>
          <button type="button" class={early && !isToday ? "button large wide" : "button primary large wide"} onClick={onStart}>
            <Icon name={mine === undefined ? "camera" : "enter"} size={24} />
            {mine === "in_room" ? text.comeBack : mine === "waiting" ? text.comeBackToWait : text.start}
          </button>
          {mine === undefined && (
            <p class="small-text quiet-text">{early ? text.early(whenText(visit, isToday)) : text.steps}</p>
          )}
        </>
      )}
    </li>
  );
}

function whenText(visit: PatientView, isToday: boolean): string {
  const time = timeOfDay(visit.starts_at);
  return isToday ? time : `${dateText(visit.starts_at, language.value)} ${time}`;
}
