import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { RoomCard } from "../client";
import { durationText, yenText } from "../shared/clock";
import { language } from "../shared/language";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";
import { cardTime } from "./card_time";
import { runningPrice } from "./running_price";
import { isHere } from "./visit_people";

/** Running time, current unit and price so far; after the end, what stands. */
export function RunningMeter({ card }: { card: RoomCard }): JSX.Element | null {
  const { now_ms } = useBoardView();
  const inRoom = card.participants.filter((each) => each.whereabouts === "in_room").length;
  const isEmpty = !card.participants.some(isHere);
  const price = useComputed(() => {
    const time_ms = now_ms.value;
    return runningPrice(card.meter, time_ms - cardTime(card, time_ms), inRoom);
  });
  const duration = useComputed(() => durationText(price.value.doctor_in_room_ms));
  const unit = useComputed(() => price.value.unit).value;
  const additional = useComputed(() => price.value.additional_participants).value;
  const yen = useComputed(() => price.value.total_yen_ex_tax).value;
  const text = cardText();
  const ended = card.phase === "ended";
  if (unit === 0) return ended ? <p class="meter soft">{text.notCharged}</p> : null;
  return (
    <dl class={`meter${card.meter.running ? " running" : ""}`}>
      <dt class="visually-hidden">{text.running}</dt>
      <dd class="meter-time">{duration}</dd>
      <dd class="meter-unit">{ended ? text.units(unit) : text.unit(unit)}</dd>
      {additional > 0 && <dd>{text.additional(additional)}</dd>}
      {!ended && !card.meter.running && <dd class="meter-stopped">{isEmpty ? text.deserted : text.stopped}</dd>}
      <dd class="meter-price">
        {yenText(yen, language.value)} <span class="soft">{text.exTax}</span>
      </dd>
    </dl>
  );
}
