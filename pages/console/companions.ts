import type { Companion, ParticipantCard, RoomCard } from "../client";

/** A visit's people as the others in its room are told of them: who is there, not who has left. */
export function companionsOf(card: RoomCard): Companion[] {
  return card.participants.filter(isPresent).map(({ person, party, display_name, whereabouts, unstable, media }) => ({
    person,
    party,
    display_name,
    whereabouts,
    unstable,
    ...(media === undefined ? {} : { media }),
  }));
}

function isPresent(who: ParticipantCard): who is ParticipantCard & { whereabouts: "waiting" | "in_room" } {
  return !who.removed && (who.whereabouts === "waiting" || who.whereabouts === "in_room");
}
