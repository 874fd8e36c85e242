import type { BoardFrame, ClinicProfile, DoctorProfile, EventFrame, RoomCard } from "./protocol.js";

/** What a console knows: whole values by key, replaced by frames, never patched. */
export interface Board {
  clinic: ClinicProfile;
  doctors: ReadonlyMap<string, DoctorProfile>;
  cards: ReadonlyMap<string, RoomCard>;
}

export const emptyBoard: Board = { clinic: { name: "" }, doctors: new Map(), cards: new Map() };

export function boardOf(frame: Pick<BoardFrame, "clinic" | "doctors" | "cards">): Board {
  return {
    clinic: frame.clinic,
    doctors: new Map(frame.doctors.map((doctor) => [doctor.doctor, doctor])),
    cards: new Map(frame.cards.map((card) => [card.room, card])),
  };
}

/** The board after an event. What the event does not name stays the very same object. */
export function boardAfter(board: Board, frame: EventFrame): Board {
  if ("card" in frame) {
    const cards = new Map(board.cards);
    if (frame.card === null) cards.delete(frame.key.slice("room:".length));
    else cards.set(frame.card.room, frame.card);
    return { ...board, cards };
  }
  if ("doctor" in frame) {
    return { ...board, doctors: new Map(board.doctors).set(frame.doctor.doctor, frame.doctor) };
  }
  if ("clinic" in frame) return { ...board, clinic: frame.clinic };
  return board;
}
