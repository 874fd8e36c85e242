import type { Phase, RoomCard } from "../client";
import { isHere } from "./visit_people";
import { waitingSince } from "./visit_times";

export const sectionNames = ["absent", "waiting", "consulting", "ended"] as const;
export type SectionName = (typeof sectionNames)[number];
export type Sections = Record<SectionName, readonly RoomCard[]>;

const sectionOfPhase: Record<Phase, SectionName> = {
  scheduled: "absent",
  waiting: "waiting",
  in_consultation: "consulting",
  ended: "ended",
  cancelled: "ended",
};

export function sectionOf(card: RoomCard): SectionName {
  // What was reopened waits for nobody in particular until somebody is there again.
  if (card.phase === "waiting" && !card.participants.some(isHere)) return "consulting";
  return sectionOfPhase[card.phase];
}

/** A night clinic's day goes on over midnight, so what is this near belongs to it too. */
const near_ms = 6 * 3_600_000;

/** True for what a clinic calls today's: who is here in any case, and visits of the day in Japan or nearby in time. */
export function isOfToday(card: RoomCard, now_ms: number): boolean {
  if (card.phase === "waiting" || card.phase === "in_consultation") return true;
  const start_ms = Date.parse(card.ended_at ?? card.starts_at);
  return dayNumber(start_ms) === dayNumber(now_ms) || Math.abs(start_ms - now_ms) <= near_ms;
}

/** Days in Japan, which is nine hours ahead all year; a calendar's formatting would be slow for hundreds of cards. */
function dayNumber(time_ms: number): number {
  return Math.floor((time_ms + 9 * 3_600_000) / 86_400_000);
}

/** Sorted for people at a desk. With `doctor` that doctor's own visits stand first in every section. */
export function boardSections(cards: Iterable<RoomCard>, doctor?: string): Sections {
  const sections: Record<SectionName, RoomCard[]> = { absent: [], waiting: [], consulting: [], ended: [] };
  for (const card of cards) sections[sectionOf(card)].push(card);
  sections.absent.sort(byStart);
  sections.waiting.sort(byArrival);
  sections.consulting.sort(byStart);
  sections.ended.sort(byEnd);
  if (doctor !== undefined) for (const name of sectionNames) ownFirst(sections[name], doctor);
  return sections;
}

export function isOwn(card: RoomCard, doctor: string): boolean {
  return card.doctors.some((each) => each.person === doctor);
}

function ownFirst(cards: RoomCard[], doctor: string): void {
  cards.sort((a, b) => Number(isOwn(b, doctor)) - Number(isOwn(a, doctor)));
}

// Times are RFC 3339 in UTC with milliseconds, so their texts sort like the times.
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byStart(a: RoomCard, b: RoomCard): number {
  return compare(a.starts_at, b.starts_at) || compare(a.room, b.room);
}

function byArrival(a: RoomCard, b: RoomCard): number {
  return compare(waitingSince(a) ?? a.starts_at, waitingSince(b) ?? b.starts_at) || byStart(a, b);
}

/** The latest end first; what was cancelled comes after what took place. */
function byEnd(a: RoomCard, b: RoomCard): number {
  if (a.ended_at === undefined || b.ended_at === undefined) {
    return Number(a.ended_at === undefined) - Number(b.ended_at === undefined) || byStart(a, b);
  }
  return compare(b.ended_at, a.ended_at) || byStart(a, b);
}
