import type { JSX } from "preact";
import type { ParticipantCard, RoomCard } from "../client";
import { partyText } from "../shared/party_text";
import { ActionButton } from "./action_button";
import { actionText } from "./action_text";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";
import { ConnectionMark } from "./connection_mark";
import { DeviceMarks } from "./device_marks";
import { confirmation } from "./dialogs";
import { QualityMark } from "./quality_mark";

/** One person of a visit: who, where, how surely, how well, and what may be done about it. */
export function PersonRow({ card, who }: { card: RoomCard; who: ParticipantCard }): JSX.Element {
  const text = cardText();
  const here = !who.removed && (who.whereabouts === "waiting" || who.whereabouts === "in_room");
  return (
    <li class={`person ${who.whereabouts}${who.unstable && here ? " unstable" : ""}`}>
      <div class="person-line">
        <span class="party">{partyText(who.party)}</span>
        <bdi class="person-name">{who.display_name}</bdi>
        {here && (
          <span class={`place ${who.whereabouts}`}>
            {who.whereabouts === "in_room" ? text.inRoom : text.inWaitingRoom}
          </span>
        )}
      </div>
      <div class="marks">
        <ConnectionMark who={who} />
        {here && <QualityMark room={card.room} person={who.person} />}
      </div>
      {here && <DeviceMarks who={who} />}
      <PersonActions card={card} who={who} />
    </li>
  );
}

function PersonActions({ card, who }: { card: RoomCard; who: ParticipantCard }): JSX.Element | null {
  const { store } = useBoardView();
  const text = actionText();
  if (store === undefined || who.party === "doctor" || card.phase === "ended" || card.phase === "cancelled")
    return null;
  const { room } = card;
  const { person } = who;
  const same = { room, slot: `person:${person}`, name: who.display_name };
  const present = who.whereabouts === "waiting" || who.whereabouts === "in_room";
  if (who.removed)
    return (
      <div class="person-actions">
        <ActionButton {...same} label={text.admitAgain} icon="enter" command={{ type: "admit", room, person }} />
      </div>
    );
  if (!present) return null;
  const remove = () =>
    (confirmation.value = {
      title: text.removeTitle(who.display_name),
      body: text.removeBody,
      confirm: text.remove,
      run: () => void store.desk.run(room, same.slot, { type: "remove", room, person }),
    });
  return (
    <div class="person-actions">
      {who.whereabouts === "waiting" ? (
        <ActionButton
          {...same}
          label={text.admit}
          icon="enter"
          look="primary"
          command={{ type: "admit", room, person }}
        />
      ) : (
        <ActionButton {...same} label={text.sendBack} icon="send_back" command={{ type: "send_back", room, person }} />
      )}
      <ActionButton {...same} label={text.remove} icon="leave" look="danger" iconOnly run={remove} />
    </div>
  );
}
