import type { PatientView, Visit } from "../client";
import { isPatientView } from "../client";

/** The visits to show: what the live line says of one is newer than the list, and those to come stand first. */
export function visitList(listed: readonly PatientView[], live: Visit | null | undefined): PatientView[] {
  const others = listed.filter((each) => each.room !== live?.room);
  const all = live && isPatientView(live) ? [...others, live] : others;
  return all.sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || a.starts_at.localeCompare(b.starts_at));
}

export function isOver(visit: Pick<Visit, "phase">): boolean {
  return visit.phase === "ended" || visit.phase === "cancelled";
}

const early_ms = 30 * 60_000;

/** Long before the time: still allowed, but worth a word. */
export function isEarly(visit: Pick<Visit, "starts_at">, now_ms: number): boolean {
  return Date.parse(visit.starts_at) - now_ms > early_ms;
}
