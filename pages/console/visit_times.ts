import type { ClinicProfile, RoomCard } from "../client";
import { minutesBetween } from "../shared/clock";
import { isPatientWithoutDoctor } from "./visit_people";

/** What holds for a clinic that recorded no limits of its own (docs/protocol/schema, clinic_profile). */
const waitingDefaults = { warn_min: 10, alert_min: 20 };

export type Urgency = "calm" | "warn" | "alert";

/** Whole minutes past the appointment's start; 0 while it has not come. */
export function minutesLate(card: RoomCard, now_ms: number): number {
  return minutesBetween(card.starts_at, now_ms);
}

/**
 * Since when the visit waits for a doctor: its first patient's first arrival, or the first guest's when no patient came.
 * Whoever was let in before the doctor still waits.
 */
export function waitingSince(card: RoomCard): string | undefined {
  const letIn = card.phase === "waiting" && isPatientWithoutDoctor(card);
  const waiting = card.participants.filter(
    (each) => each.whereabouts === "waiting" || (letIn && each.whereabouts === "in_room"),
  );
  const patients = card.participants.filter((each) => each.party === "patient" && each.first_arrived_at !== undefined);
  const counted = waiting.some((each) => each.party === "patient") ? patients : waiting;
  let first: string | undefined;
  for (const each of counted) {
    const arrived = each.first_arrived_at ?? each.since;
    if (arrived !== undefined && (first === undefined || arrived < first)) first = arrived;
  }
  return first;
}

/** Whole minutes waited; nothing when nobody waits. */
export function minutesWaited(card: RoomCard, now_ms: number): number | undefined {
  const since = waitingSince(card);
  return since === undefined ? undefined : minutesBetween(since, now_ms);
}

export function urgencyOf(waited_min: number, clinic: ClinicProfile): Urgency {
  const warn_min = clinic.waiting_warn_min ?? waitingDefaults.warn_min;
  const alert_min = clinic.waiting_alert_min ?? Math.max(waitingDefaults.alert_min, warn_min);
  if (waited_min >= alert_min) return "alert";
  return waited_min >= warn_min ? "warn" : "calm";
}
