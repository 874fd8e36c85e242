import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { now_ms, timeOfDay } from "../shared/clock";
import { ActionButton } from "./action_button";
import { actionText } from "./action_text";
import { boardSections, isOwn } from "./board_sections";
import { cardText } from "./card_text";
import type { ConsoleStore } from "./console_store";
import { nameOf } from "./name_of";
import { enterOrAsk } from "./questions";
import { isPatientHere } from "./visit_people";
import { minutesWaited } from "./visit_times";

/** For a doctor who is in no room: who has waited longest among the doctor's own patients, and the way in. */
export function NextPatient({ store }: { store: ConsoleStore }): JSX.Element | null {
  const next = useComputed(() =>
    boardSections(store.board.value.cards.values()).waiting.find(
      (card) => isOwn(card, store.me) && isPatientHere(card),
    ),
  ).value;
  const waited_min = useComputed(() => (next === undefined ? undefined : minutesWaited(next, now_ms.value))).value;
  if (store.attendance === undefined || store.attendance.room.value !== undefined || next === undefined) return null;
  const text = actionText();
  return (
    <section class="next-patient" aria-label={text.next}>
      <span class="soft">{text.next}</span>
      <strong class="next-name" dir="auto">
        <bdi>{timeOfDay(next.starts_at)}</bdi> <bdi>{nameOf(next)}</bdi>
      </strong>
      {waited_min !== undefined && <span>{cardText().waited(waited_min)}</span>}
      <ActionButton
        room={next.room}
        slot="doctor"
        label={text.enterNext}
        name={nameOf(next)}
        icon="enter"
        look="primary"
        run={() => enterOrAsk(store, next)}
      />
    </section>
  );
}
