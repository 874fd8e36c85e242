import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { RoomCard } from "../client";
import { minutesBetween, timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { sectionOf } from "./board_sections";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";
import { minutesLate, minutesWaited, urgencyOf } from "./visit_times";

/** From when on "in n minutes" is worth saying. */
const soon_min = 60;

/** The one figure of a card that matters in its section: how late, or how long waited. */
export function TimingMark({ card }: { card: RoomCard }): JSX.Element | null {
  switch (sectionOf(card)) {
    case "absent":
      return <Lateness card={card} />;
    case "waiting":
      return <Waiting card={card} />;
    case "consulting":
      return null;
    case "ended":
      return card.phase === "cancelled" ? (
        <span class="badge">{cardText().cancelled}</span>
      ) : (
        <span class="badge ended">{cardText().endedAt(timeOfDay(card.ended_at ?? card.starts_at))}</span>
      );
  }
}

function Lateness({ card }: { card: RoomCard }): JSX.Element | null {
  const { now_ms } = useBoardView();
  const late_min = useComputed(() => minutesLate(card, now_ms.value)).value;
  const ahead_min = useComputed(() => minutesBetween(now_ms.value, card.starts_at)).value;
  const text = cardText();
  if (late_min > 0) {
    return (
      <span class="badge late">
        <Icon name="clock" size={14} />
        {text.late(late_min)}
      </span>
    );
  }
  if (ahead_min > soon_min) return null;
  return <span class="badge">{ahead_min === 0 ? text.due : text.soon(ahead_min)}</span>;
}

function Waiting({ card }: { card: RoomCard }): JSX.Element | null {
  const { now_ms, clinic } = useBoardView();
  const waited_min = useComputed(() => minutesWaited(card, now_ms.value)).value;
  if (waited_min === undefined) return null;
  const urgency = urgencyOf(waited_min, clinic.value);
  const text = cardText();
  return (
    <span class={`badge waiting ${urgency}`}>
      <Icon name={urgency === "calm" ? "clock" : "warning"} size={14} />
      {text.waited(waited_min)}
      {urgency === "calm" ? "" : ` · ${text.urgency[urgency]}`}
    </span>
  );
}
