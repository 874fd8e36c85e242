import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";

/** How well a person's call goes, while that is known. */
export function QualityMark({ room, person }: { room: string; person: string }): JSX.Element | null {
  const measured = useBoardView().store?.qualities.of(room, person).value;
  if (measured === undefined) return null;
  const text = cardText();
  const title = measured.round_trip_ms === undefined ? undefined : text.roundTrip(measured.round_trip_ms);
  return (
    <span class={`mark quality ${measured.quality}`} title={title}>
      <Icon name={measured.quality === "lost" ? "network_off" : "network"} size={15} />
      {text.quality[measured.quality]}
    </span>
  );
}
