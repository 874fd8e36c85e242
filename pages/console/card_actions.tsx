import type { JSX } from "preact";
import type { RoomCard } from "../client";
import { Icon } from "../shared/icons";
import { ActionButton } from "./action_button";
import { actionText } from "./action_text";
import { useBoardView } from "./board_view";
import type { ConsoleStore } from "./console_store";
import { inviting } from "./dialogs";
import { nameOf } from "./name_of";
import { askEnd, askReopen, enterOrAsk } from "./questions";
import { isReopened } from "./visit_people";

/** What can be done with a visit as a whole, by its state and by who is signed in. */
export function CardActions({ card }: { card: RoomCard }): JSX.Element | null {
  const { store } = useBoardView();
  const text = actionText();
  if (store === undefined || card.phase === "cancelled") return null;
  const { room } = card;
  const same = { room, name: nameOf(card) };
  if (card.phase === "ended") {
    return (
      <div class="card-actions">
        <ActionButton {...same} slot="end" label={text.reopen} icon="history" run={() => askReopen(store, card)} />
      </div>
    );
  }
  const lock = card.locked
    ? ({ label: text.unlock, icon: "unlock", command: { type: "unlock_room", room } } as const)
    : ({ label: text.lock, icon: "lock", command: { type: "lock_room", room } } as const);
  return (
    <div class="card-actions">
      {store.attendance !== undefined && <DoctorAction store={store} card={card} />}
      <ActionButton {...same} slot="invite" label={text.invite} icon="invite" run={() => (inviting.value = card)} />
      <ActionButton {...same} slot="lock" {...lock} />
      {card.phase === "scheduled" && <Reminder name={same.name} />}
      {(card.phase === "in_consultation" || isReopened(card)) && (
        <ActionButton
          {...same}
          slot="end"
          label={text.end}
          icon="check"
          look="danger"
          run={() => askEnd(store, card)}
        />
      )}
    </div>
  );
}

function DoctorAction({ store, card }: { store: ConsoleStore; card: RoomCard }): JSX.Element {
  const text = actionText();
  const same = { room: card.room, slot: "doctor", name: nameOf(card) };
  if (store.attendance?.room.value === card.room) {
    return <ActionButton {...same} label={text.leave} icon="leave" run={() => void store.attendance?.leave()} />;
  }
  return <ActionButton {...same} label={text.enter} icon="enter" look="primary" run={() => enterOrAsk(store, card)} />;
}

/** Stands where it will work; until there is a channel to notify by, it says why it does not. */
function Reminder({ name }: { name: string }): JSX.Element {
  const text = actionText();
  return (
    <button
      type="button"
      class="button action"
      aria-disabled="true"
      aria-label={`${text.of(text.remind, name)} ${text.remindReason}`}
      title={text.remindReason}
    >
      <Icon name="bell" size={18} />
      <span>{text.remind}</span>
    </button>
  );
}
