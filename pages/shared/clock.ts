import { signal } from "@preact/signals";

/**
 * The engine's time as far as this page knows: the phone's clock may be minutes off, so it is set by the `at` of the
 * beats. Milliseconds since 1970.
 */
let offset_ms = 0;
let best_ms = Number.POSITIVE_INFINITY;

/** Moves once a second; components that show running minutes read it. */
export const now_ms = signal(Date.now());

/**
 * `at` of a beat, just received. Frames take their time to arrive, never less than none: of all offsets seen the one
 * with the least delay is the truest, so a later beat only corrects it downwards, or when the local clock was set.
 */
export function noteServerTime(at: string): void {
  const delay_ms = Date.now() - Date.parse(at);
  if (Number.isNaN(delay_ms)) return;
  if (delay_ms < best_ms || Math.abs(delay_ms - best_ms) > 5_000) {
    best_ms = delay_ms;
    offset_ms = -delay_ms;
    now_ms.value = serverNow();
  }
}

export function serverNow(): number {
  return Date.now() + offset_ms;
}

/** Starts the moving clock; gives what stops it. */
export function startClock(): () => void {
  const timer = setInterval(() => (now_ms.value = serverNow()), 1_000);
  return () => clearInterval(timer);
}

const zone = "Asia/Tokyo";
const hourMinute = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const hourMinuteHere = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const hourMinuteSecond = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" });
const dayParts = { timeZone: zone, month: "long", day: "numeric", weekday: "short" } as const;
const day = { ja: new Intl.DateTimeFormat("ja-JP", dayParts), en: new Intl.DateTimeFormat("en-GB", dayParts) };
const yearParts = { ...dayParts, year: "numeric" } as const;
const dayOfYear = { ja: new Intl.DateTimeFormat("ja-JP", yearParts), en: new Intl.DateTimeFormat("en-GB", yearParts) };
const isoDay = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });

/** 09:30 in Japan. */
export function timeOfDay(time: string | number): string {
  return hourMinute.format(new Date(time));
}

/** True where clocks show the same time of day as in Japan. */
export function isJapanTime(time: string | number): boolean {
  return localTime(time) === timeOfDay(time);
}

/** 02:30 where the device is. */
export function localTime(time: string | number): string {
  return hourMinuteHere.format(new Date(time));
}

/** 09:30:05 in Japan. */
export function timeWithSeconds(time: string | number): string {
  return hourMinuteSecond.format(new Date(time));
}

/** 11月24日(火), or Tue 24 November. */
export function dateText(time: string | number, language: "ja" | "en"): string {
  return day[language].format(new Date(time));
}

/** 2026年11月24日(火), or Tue 24 November 2026. */
export function dateWithYear(time: string | number, language: "ja" | "en"): string {
  return dayOfYear[language].format(new Date(time));
}

/** 2026-11-24: the day in Japan. */
export function dayOf(time: string | number): string {
  return isoDay.format(new Date(time));
}

/** The instant of a day (2026-11-24) and time (09:30) in Japan, which has no summer time. */
export function instantOf(dayText: string, timeText: string): string {
  return new Date(`${dayText}T${timeText}:00.000+09:00`).toISOString();
}

/** Whole minutes from `from` to `to`, never below 0. */
export function minutesBetween(from: string | number, to: string | number): number {
  return Math.max(0, Math.floor((new Date(to).getTime() - new Date(from).getTime()) / 60_000));
}

/** 7:05 or 1:02:05. */
export function durationText(duration_ms: number): string {
  const seconds = Math.max(0, Math.floor(duration_ms / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** 9分56秒 or 9 min 56 s: where 9:56 could be taken for a time of day. */
export function durationWords(duration_ms: number, language: "ja" | "en"): string {
  const seconds = Math.max(0, Math.floor(duration_ms / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const units = language === "ja" ? (["時間", "分", "秒", ""] as const) : ([" h", " min", " s", " "] as const);
  const parts = [`${minutes}${units[1]}`, `${rest}${units[2]}`];
  return (hours > 0 ? [`${hours}${units[0]}`, ...parts] : parts).join(units[3]);
}

/** 1,250円 or ¥1,250. */
export function yenText(amount_yen: number, language: "ja" | "en"): string {
  const amount = amount_yen.toLocaleString("en-US");
  return language === "ja" ? `${amount}円` : `¥${amount}`;
}
