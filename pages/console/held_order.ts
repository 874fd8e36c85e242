import { sectionNames, type SectionName, type Sections } from "./board_sections";
import type { RoomCard } from "../client";

/** The rooms of a list as they stood when a pointer or the keyboard's focus came into it. */
export interface Held {
  section: SectionName;
  rooms: readonly string[];
}

export interface ShownSections {
  sections: Sections;
  /** Cards of the held list that would stand elsewhere if it were let go: come, gone or in another order. */
  held_back: number;
}

/**
 * The sections with one list kept still: its cards keep their places and show what they are now, also when they belong
 * elsewhere by now; what is new to it waits, unless it comes last and so moves nothing. `cards` are all that may be
 * shown, by room.
 */
export function keepStill(
  sections: Sections,
  held: Held | undefined,
  cards: ReadonlyMap<string, RoomCard>,
): ShownSections {
  if (held === undefined) return { sections, held_back: 0 };
  const stayed = held.rooms.flatMap((room) => cards.get(room) ?? []);
  const kept = new Set(stayed.map((card) => card.room));
  const due = sections[held.section];
  const dueRooms = new Set(due.map((card) => card.room));
  const last = due.reduce((place, card, at) => (kept.has(card.room) ? at : place), -1);
  const appended = due.slice(last + 1);
  const shown = { ...sections };
  for (const name of sectionNames) {
    if (name === held.section) shown[name] = [...stayed, ...appended];
    else if (sections[name].some((card) => kept.has(card.room)))
      shown[name] = sections[name].filter((card) => !kept.has(card.room));
  }
  const come = due.filter((card) => !kept.has(card.room)).length - appended.length;
  const gone = stayed.filter((card) => !dueRooms.has(card.room)).length;
  const common = due.filter((card) => kept.has(card.room));
  const remaining = stayed.filter((card) => dueRooms.has(card.room));
  const moved = common.filter((card, place) => card.room !== remaining[place]?.room).length;
  return { sections: shown, held_back: come + gone + moved };
}
