/** What may honestly be said about the time until one is called; minutes are multiples of 5. */
export type WaitEstimate =
  /** The line is short enough: expect to be called about the appointment's time. */
  | { kind: "at_start" }
  | { kind: "within"; minutes: number }
  | { kind: "range"; from_min: number; to_min: number }
  | { kind: "over_an_hour" }
  /** Whatever could be said has proved wrong. */
  | { kind: "overdue" };

export interface WaitFacts {
  /** 1: next. */
  place: number;
  /** Of the person's own appointment, taken for that of those before, whom the page knows nothing about. */
  duration_min: number;
  /** Milliseconds since 1970. */
  starts_at: number;
  /** Since when the place is this one. */
  since: number;
  now: number;
}

const step_min = 5;
const hour_min = 60;

/**
 * A wide range on purpose: those before may take from half to one and a half times their time, and one of them may be
 * almost through. Nobody is promised to be called before the appointment's time.
 */
export function waitEstimate({ place, duration_min, starts_at, since, now }: WaitFacts): WaitEstimate {
  const until_start_min = (starts_at - now) / 60_000;
  // Before the appointment's time nobody's patience runs down.
  const passed_min = Math.max(0, now - Math.max(since, starts_at)) / 60_000;
  if (place * duration_min * 1.5 <= passed_min) return { kind: "overdue" };
  const least = Math.max(0, down((place - 1) * duration_min * 0.5 - passed_min));
  const most = up(place * duration_min * 1.5 - passed_min);
  if (until_start_min > most) return { kind: "at_start" };
  const from_min = Math.max(least, down(until_start_min), 0);
  const to_min = Math.max(most, from_min + 2 * step_min);
  if (from_min >= hour_min) return { kind: "over_an_hour" };
  return from_min === 0 ? { kind: "within", minutes: to_min } : { kind: "range", from_min, to_min };
}

function down(minutes: number): number {
  return Math.floor(minutes / step_min) * step_min;
}

function up(minutes: number): number {
  return Math.max(step_min, Math.ceil(minutes / step_min) * step_min);
}
