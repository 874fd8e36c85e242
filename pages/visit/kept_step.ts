import type { Step } from "./visit_screen";
import { keepIn, keptIn, ofTab } from "./storage";

const keyOf = (clinic: string, room: string) => `machiai.step:${clinic}/${room}`;

/** The tab's step in a visit, so that a reload goes on where the person was. */
export function keptStep(clinic: string, room: string): Step | undefined {
  const kept = keptIn(ofTab, keyOf(clinic, room));
  return kept === "device_test" || kept === "waiting" || kept === "left" ? kept : undefined;
}

export function keepStep(clinic: string, room: string, step: Step): void {
  keepIn(ofTab, keyOf(clinic, room), step === "retest" ? "waiting" : step);
}
