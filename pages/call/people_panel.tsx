import type { JSX } from "preact";
import type { Companion } from "../client";
import { Icon } from "../shared/icons";
import { partyText } from "../shared/party_text";
import { callText } from "./call_text";

/** Everybody present is shown to everybody, also who has no picture (guideline on online consultations). */
export function PeoplePanel({ people, me, onClose }: { people: readonly Companion[]; me: string; onClose(): void }): JSX.Element {
  const text = callText();
  return (
    <section class="call-panel" aria-label={text.peopleHeading}>
      <h2>{text.peopleHeading}</h2>
      <ul class="call-people">
        {people.map((who) => (
          <li key={who.person}>
            <bdi class="tile-name">{who.display_name}</bdi>
            <span class="badge">{partyText(who.party)}</span>
            {who.person === me && <span class="badge">{text.you}</span>}
            <span class="call-place">{who.whereabouts === "in_room" ? text.inRoom : text.inWaitingRoom}</span>
            {who.media?.audio === false && <Icon name="microphone_off" size={16} />}
            {who.media?.video === false && <Icon name="camera_off" size={16} />}
            {who.unstable && <span class="badge doubt">{text.unstable}</span>}
          </li>
        ))}
      </ul>
      <p>{text.notRecorded}</p>
      <button type="button" class="button" onClick={onClose}>
        {text.close}
      </button>
    </section>
  );
}
