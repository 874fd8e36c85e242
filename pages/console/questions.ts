import type { RoomCard } from "../client";
import { actionText } from "./action_text";
import type { ConsoleStore } from "./console_store";
import { confirmation } from "./dialogs";
import { nameOf } from "./name_of";
import { isPatientHere } from "./visit_people";

export function askEnd(store: ConsoleStore, card: RoomCard): void {
  const text = actionText();
  const { room } = card;
  confirmation.value = {
    title: text.endTitle(nameOf(card)),
    body: text.endBody,
    confirm: text.end,
    run: () => void store.desk.run(room, "end", { type: "end_consultation", room }),
  };
}

export function askReopen(store: ConsoleStore, card: RoomCard): void {
  const text = actionText();
  const { room } = card;
  confirmation.value = {
    title: text.reopenTitle(nameOf(card)),
    body: text.reopenBody,
    confirm: text.reopen,
    run: () => void store.desk.run(room, "end", { type: "reopen_consultation", room }),
  };
}

/** The doctor's entry ends the stay in another room and starts the meter: neither happens by a slip. */
export function enterOrAsk(store: ConsoleStore, card: RoomCard): void {
  const { attendance } = store;
  if (attendance === undefined) return;
  const text = actionText();
  const enter = () => void attendance.enter(card.room);
  const present = attendance.room.peek();
  const other = present === undefined || present === card.room ? undefined : store.board.peek().cards.get(present);
  const reasons = [
    ...(other === undefined ? [] : [text.enterLeaves(nameOf(other))]),
    ...(isPatientHere(card) ? [] : [text.enterEmpty]),
  ];
  if (reasons.length === 0) return enter();
  confirmation.value = {
    title: text.enterTitle(nameOf(card)),
    body: reasons.join(" "),
    confirm: text.enter,
    run: enter,
  };
}
