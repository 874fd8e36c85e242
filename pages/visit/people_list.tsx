import type { JSX } from "preact";
import { isPatientView, type Visit } from "../client";
import { Icon } from "../shared/icons";
import { partyText } from "../shared/party_text";
import { texts } from "./texts";
import "./people_list.css";

/** Everybody who has come and who else is invited: nobody meets a stranger in the room. */
export function PeopleList({ visit, me }: { visit: Visit; me: string }): JSX.Element {
  const text = texts().waiting;
  // An engine that is being replaced may not tell of the invited yet.
  const invited = isPatientView(visit) ? (visit.invited ?? []) : [];
  return (
    <section class="card stack" aria-labelledby="people">
      <h2 id="people">{text.people}</h2>
      <ul class="people-list">
        {visit.people.map((each) => (
          <li key={each.person}>
            <Icon name="person" />
            <span class="people-name">
              <bdi class="clipped">{each.display_name}</bdi>
              <span class="small-text quiet-text">{partyText(each.party)}</span>
            </span>
            {each.person === me ? (
              <span class="badge mine">{text.you}</span>
            ) : each.unstable ? (
              <span class="badge unsteady">{text.unstable}</span>
            ) : (
              <span class={`badge ${each.whereabouts}`}>{each.whereabouts === "in_room" ? text.inRoom : text.here}</span>
            )}
          </li>
        ))}
        {invited.map((each, index) => (
          <li key={`invited-${index}`}>
            <Icon name="invite" />
            <span class="people-name">
              <bdi class="clipped">{each.display_name}</bdi>
              <span class="small-text quiet-text">{partyText(each.party)}</span>
            </span>
            <span class="badge">{text.invited}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
