import type { ParticipantCard, RoomCard } from "../client";

/** True when staff would want to see it: more than a place in line or a running meter. */
export function isWorthNotice(before: RoomCard | undefined, after: RoomCard): boolean {
  return before === undefined || essence(before) !== essence(after);
}

function essence(card: RoomCard): string {
  const { place_in_line: _place, meter, participants, ...rest } = card;
  const people = participants.map(({ last_proof_at: _proof, ...each }) => each);
  return JSON.stringify([rest, meter.running, people]);
}

/** Who waits now and did not before: the moment reception is there for. */
export function arrivals(before: RoomCard | undefined, after: RoomCard): ParticipantCard[] {
  const waitedBefore = new Set(
    before?.participants
      .filter((each) => each.whereabouts !== "absent" && each.whereabouts !== "left")
      .map((each) => each.person),
  );
  return after.participants.filter((each) => each.whereabouts === "waiting" && !waitedBefore.has(each.person));
}
