import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ReadonlySignal } from "@preact/signals";
import type { ClinicProfile } from "../client";
import type { ConsoleStore } from "./console_store";

/** What a card is drawn with: at which time, by whose limits, and by whom it may be acted on. */
export interface BoardView {
  now_ms: ReadonlySignal<number>;
  clinic: ReadonlySignal<ClinicProfile>;
  /** Absent on a board of the past, where nothing can be done. */
  store?: ConsoleStore;
}

export const BoardContext = createContext<BoardView | undefined>(undefined);

export function useBoardView(): BoardView {
  const view = useContext(BoardContext);
  if (view === undefined) throw new Error("a card stands on a board");
  return view;
}
