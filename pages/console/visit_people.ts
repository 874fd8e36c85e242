import type { ParticipantCard, RoomCard } from "../client";

export function isHere(who: ParticipantCard): who is ParticipantCard & { whereabouts: "waiting" | "in_room" } {
  return !who.removed && (who.whereabouts === "waiting" || who.whereabouts === "in_room");
}

export function isPatientHere(card: RoomCard): boolean {
  return card.participants.some((each) => each.party === "patient" && isHere(each));
}

/** Let in before a doctor came: in the room, and still waiting. */
export function isPatientWithoutDoctor(card: RoomCard): boolean {
  const inRoom = card.participants.filter((each) => each.whereabouts === "in_room");
  return inRoom.some((each) => each.party === "patient") && !inRoom.some((each) => each.party === "doctor");
}

/** It took place and was opened again: it is to be ended, whether anybody comes back or not. */
export function isReopened(card: RoomCard): boolean {
  return card.bill_revision > 0 && (card.phase === "waiting" || card.phase === "in_consultation");
}
