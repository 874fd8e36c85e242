import type { JSX } from "preact";
import type { Companion } from "../client";
import { Icon, type IconName } from "../shared/icons";
import { partyText } from "../shared/party_text";
import { CallPanel } from "./call_panel";
import { callText } from "./call_text";

/** Everybody present is shown to everybody, also who has no picture (guideline on online consultations). */
export function PeoplePanel({ people, me, onClose }: { people: readonly Companion[]; me: string; onClose(): void }): JSX.Element {
  const text = callText();
  return (
    <CallPanel heading={text.peopleHeading} onClose={onClose}>
      <ul class="call-people">
        {people.map((who) => (
          <li key={who.person}>
            <p class="call-person">
              <bdi class="tile-name">{who.display_name}</bdi>
              <span class="badge">{partyText(who.party)}</span>
              {who.person === me && <span class="badge own">{text.you}</span>}
            </p>
            <p class="call-place">
              <span>{who.whereabouts === "in_room" ? text.inRoom : text.inWaitingRoom}</span>
              {who.media?.audio === false && <State icon="microphone_off" label={text.muted} />}
              {who.media?.video === false && <State icon="camera_off" label={text.cameraOff} />}
              {who.unstable && <State icon="network_off" label={text.unstable} />}
            </p>
          </li>
        ))}
      </ul>
      <p class="call-privacy">{text.notRecorded}</p>
    </CallPanel>
  );
}

function State({ icon, label }: { icon: IconName; label: string }): JSX.Element {
  return (
    <span class="call-person-state">
      <Icon name={icon} size={16} />
      {label}
    </span>
  );
}
