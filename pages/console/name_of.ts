import type { RoomCard } from "../client";
import { cardText } from "./card_text";

/** What a visit is called where it is spoken of: its patients, politely. */
export function nameOf(card: RoomCard): string {
  return card.patients.map((each) => each.name + cardText().honorific).join("・");
}
