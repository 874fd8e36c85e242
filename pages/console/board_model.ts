import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Board, RoomCard } from "../client";
import { boardSections, isOfToday } from "./board_sections";
import { keepStill, type Held, type ShownSections } from "./held_order";
import { matches, searchForm } from "./search_text";

export interface BoardModel {
  search: Signal<string>;
  /** A doctor's id; empty: all. */
  doctor: Signal<string>;
  otherDays: Signal<boolean>;
  shown: ReadonlySignal<ShownSections>;
  /** Visits of other days, which are not shown unless asked for. */
  elsewhere: ReadonlySignal<number>;
  /** Lets go of the signals it was made of. */
  dispose(): void;
}

export interface BoardModelInput {
  board: ReadonlySignal<Board>;
  now_ms: ReadonlySignal<number>;
  /** The list that is kept still. */
  held: Signal<Held | undefined>;
  /** The doctor whose visits stand first. */
  own?: string;
}

/** What of the board is shown, and in which order. */
export function boardModel({ board, now_ms, held, own }: BoardModelInput): BoardModel {
  const search = signal("");
  const doctor = signal("");
  const otherDays = signal(false);
  const minute = computed(() => Math.floor(now_ms.value / 60_000));
  const today = computed(() =>
    [...board.value.cards.values()].filter((card) => isOfToday(card, minute.value * 60_000)),
  );
  const elsewhere = computed(() => board.value.cards.size - today.value.length);
  const chosen = computed(() => {
    const wanted = searchForm(search.value);
    const cards = new Map<string, RoomCard>();
    for (const card of otherDays.value ? board.value.cards.values() : today.value) {
      const ofDoctor = doctor.value === "" || card.doctors.some((each) => each.person === doctor.value);
      if (ofDoctor && matches(card, wanted)) cards.set(card.room, card);
    }
    return cards;
  });
  const sections = computed(() => boardSections(chosen.value.values(), own));
  const shown = computed(() => keepStill(sections.value, held.value, chosen.value));
  // Who looks for something is not about to tap what is under the pointer.
  const letGoOnSearch = effect(() => {
    void search.value;
    void doctor.value;
    void otherDays.value;
    held.value = undefined;
  });
  const follow = keepWhatWasAppended(shown, held);
  const dispose = () => {
    letGoOnSearch();
    follow();
  };
  return { search, doctor, otherDays, shown, elsewhere, dispose };
}

/** What came in at the end of a held list is held from then on. */
function keepWhatWasAppended(shown: ReadonlySignal<ShownSections>, held: Signal<Held | undefined>): () => void {
  return effect(() => {
    const lists = shown.value.sections;
    const now = held.peek();
    if (now === undefined) return;
    const rooms = lists[now.section].map((card) => card.room);
    if (rooms.length > now.rooms.length) held.value = { ...now, rooms };
  });
}
