import type { Companion, RoomCard } from "../client";
import { isHere } from "./visit_people";

/** A visit's people as the others in its room are told of them: who is there, not who has left. */
export function companionsOf(card: RoomCard): Companion[] {
  return card.participants.filter(isHere).map(({ person, party, display_name, whereabouts, unstable, media }) => ({
    person,
    party,
    display_name,
    whereabouts,
    unstable,
    ...(media === undefined ? {} : { media }),
  }));
}
