import type { Board, RoomCard } from "../client";

/** The names of ids as far as the board still knows them: a statement holds ids only. */
export function doctorName(board: Board, id: string): string {
  return board.doctors.get(id)?.name ?? id;
}

export function patientName(board: Board, room: string, id: string): string {
  return board.cards.get(room)?.patients.find((each) => each.patient === id)?.name ?? id;
}

export function personName(board: Board, room: string, id: string): string {
  const card: RoomCard | undefined = board.cards.get(room);
  const there = card?.participants.find((each) => each.person === id)?.display_name;
  const booked = card?.patients.find((each) => each.patient === id)?.name;
  return there ?? booked ?? board.doctors.get(id)?.name ?? id;
}
