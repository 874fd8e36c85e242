import { batch, computed, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { ApiError, boardOf, emptyBoard, type Api, type Board, type ErrorCode } from "../client";
import { dayOf, instantOf, timeOfDay } from "../shared/clock";
import { noteCardTime } from "./card_time";

const minutes_per_day = 24 * 60;
/** The slider is moved through many minutes; only where it rests is asked for. */
const rest_ms = 150;
const boards_kept_max = 120;

/** A minute of a day in Japan. */
export interface Moment {
  day: string;
  minute: number;
}

export interface PastBoard {
  /** 2026-11-24, in Japan. */
  day: Signal<string>;
  /** Of the day, in Japan. */
  minute: Signal<number>;
  /** A time was asked for that has not come; the present is shown. */
  limited: Signal<boolean>;
  /** The instant that is wanted. */
  at: ReadonlySignal<string>;
  at_ms: ReadonlySignal<number>;
  /** The last board that came, until the next does. */
  board: ReadonlySignal<Board>;
  state: ReadonlySignal<"loading" | "shown" | ErrorCode | "unreachable">;
  /** To the present minute, as far as it has gone. */
  toNow(): void;
  /** Asks for what is wanted now; gives what takes the request back. */
  follow(): () => void;
}

/** 09:30 of minute 570. */
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

export function minuteOfDay(time_ms: number): number {
  const [hour, minute] = timeOfDay(time_ms).split(":").map(Number);
  return ((hour ?? 0) * 60 + (minute ?? 0)) % minutes_per_day;
}

/** A clinic's board at a chosen minute. Minutes that were seen are kept, but for the present one, which is not over. */
export function pastBoard(api: Api, clinic: string, now_ms: () => number, start?: Moment): PastBoard {
  const first = start ?? { day: dayOf(now_ms()), minute: minuteOfDay(now_ms()) };
  const isPast = Date.parse(instantOf(first.day, minuteText(first.minute))) <= now_ms();
  const day = signal(isPast ? first.day : dayOf(now_ms()));
  const minute = signal(isPast ? first.minute : minuteOfDay(now_ms()));
  const limited = signal(!isPast);
  const present = signal(now_ms());
  // A minute is shown from its start, the present one as far as it has gone.
  const at = computed(() => {
    const start = instantOf(day.value, minuteText(minute.value));
    const since_ms = present.value - Date.parse(start);
    return since_ms >= 0 && since_ms < 60_000 ? new Date(present.value).toISOString() : start;
  });
  const at_ms = computed(() => Date.parse(at.value));
  const board = signal<Board>(emptyBoard);
  const state = signal<"loading" | "shown" | ErrorCode | "unreachable">("loading");
  const kept = new Map<string, Board>();

  async function load(wanted: string): Promise<void> {
    try {
      const frame = await api.boardAt(clinic, wanted);
      for (const card of frame.cards) noteCardTime(card, frame.at);
      const found = boardOf(frame);
      if (Date.parse(wanted) < now_ms() - 60_000) keep(kept, wanted, found);
      if (wanted === at.peek()) show(found);
    } catch (problem) {
      if (wanted === at.peek()) state.value = problem instanceof ApiError ? problem.code : "internal";
    }
  }

  function show(found: Board): void {
    board.value = found;
    state.value = "shown";
  }

  function follow(): () => void {
    const wanted = at.value;
    const known = kept.get(wanted);
    if (known !== undefined) {
      show(known);
      return () => undefined;
    }
    state.value = "loading";
    const timer = setTimeout(() => void load(wanted), rest_ms);
    return () => clearTimeout(timer);
  }

  function toNow(): void {
    batch(() => {
      limited.value = false;
      present.value = now_ms();
      day.value = dayOf(present.value);
      minute.value = minuteOfDay(present.value);
    });
  }

  return { day, minute, limited, at, at_ms, board, state, toNow, follow };
}

function keep(kept: Map<string, Board>, at: string, board: Board): void {
  const oldest = kept.keys().next();
  if (kept.size >= boards_kept_max && oldest.done !== true) kept.delete(oldest.value);
  kept.set(at, board);
}
