import type { RoomCard } from "../client";

// A card's meter and places are those of its frame's time, which is not part of the card.
const times = new WeakMap<RoomCard, number>();

export function noteCardTime(card: RoomCard, at: string): void {
  times.set(card, Date.parse(at));
}

/** Milliseconds since 1970; a card of unknown time counts as of `otherwise`. */
export function cardTime(card: RoomCard, otherwise: number): number {
  return times.get(card) ?? otherwise;
}
