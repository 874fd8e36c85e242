import type { GuestView, PatientView } from "./protocol.js";

export type Visit = PatientView | GuestView;

/** True for the patient's own visit, false for a guest's. */
export function isPatientView(visit: Visit): visit is PatientView {
  return "menu" in visit;
}
