import type { ErrorCode, LinkState, Visit } from "../client";

/** What the person has done on this page. `retest`: tries camera and microphone again without leaving the line. */
export type Step = "start" | "device_test" | "waiting" | "retest" | "left";

/** What the engine said to this connection's wish to wait. */
export type Entry = { state: "none" } | { state: "pending" } | { state: "in" } | { state: "refused"; code: ErrorCode };

/** What the page remembers of its own person beyond the latest frame. */
export interface Memory {
  last: "waiting" | "in_room" | undefined;
  /** Was in the room, and was put back into the waiting room. */
  sentBack: boolean;
}

export const blankMemory: Memory = { last: undefined, sentBack: false };

/** Why there is nothing more to be had on this link. */
export type StopReason =
  | "garbled"
  | "invalid"
  | "expired"
  | "revoked"
  | "foreign"
  | "removed"
  | "withdrawn"
  | "replaced"
  | "fault";

export type Screen =
  | { kind: "loading" }
  | { kind: "stopped"; reason: StopReason }
  | { kind: "gone" }
  | { kind: "cancelled" }
  | { kind: "ended" }
  | { kind: "start" }
  | { kind: "device_test" }
  | { kind: "retest" }
  | { kind: "waiting"; sentBack: boolean; entry: Entry }
  | { kind: "consultation" }
  | { kind: "left" };

export interface Situation {
  link: LinkState;
  /** Nothing yet, or null: gone from the clinic's day. */
  visit: Visit | null | undefined;
  me: string;
  step: Step;
  entry: Entry;
  memory: Memory;
}

/** True while this device belongs into the waiting room or the room, so that each new connection says so. */
export function isPresent(step: Step): boolean {
  return step === "waiting" || step === "retest";
}

export function screenOf(now: Situation): Screen {
  if (now.link.phase === "ended") return { kind: "stopped", reason: stopReason(now.link) };
  if (now.visit === undefined) return { kind: "loading" };
  if (now.visit === null) return { kind: "gone" };
  if (now.visit.phase === "cancelled") return { kind: "cancelled" };
  if (now.visit.phase === "ended") return { kind: "ended" };
  if (!isPresent(now.step)) return { kind: now.step as "start" | "device_test" | "left" };
  if (now.entry.state === "refused" && now.entry.code === "removed") return { kind: "stopped", reason: "removed" };
  if (isInRoom(now, now.visit)) return { kind: "consultation" };
  if (now.step === "retest") return { kind: "retest" };
  return { kind: "waiting", sentBack: now.memory.sentBack, entry: now.entry };
}

/** A device that the engine does not count only watches, whatever other devices of the person do. */
function isInRoom(now: Situation, visit: Visit): boolean {
  if (now.entry.state === "refused") return false;
  const mine = ownWhereabouts(visit, now.me);
  // Away for long, and just coming back: the picture of the others must not be torn down for the moment between.
  if (mine === undefined) return now.entry.state === "pending" && now.memory.last === "in_room";
  return mine === "in_room";
}

export function ownWhereabouts(visit: Visit, me: string): "waiting" | "in_room" | undefined {
  return visit.people.find((each) => each.person === me)?.whereabouts;
}

/** The memory after a frame. */
export function remembered(memory: Memory, visit: Visit | null, me: string): Memory {
  const mine = visit === null ? undefined : ownWhereabouts(visit, me);
  if (mine === undefined) return memory;
  if (mine === "in_room") return { last: "in_room", sentBack: false };
  return { last: "waiting", sentBack: memory.sentBack || memory.last === "in_room" };
}

const reasons: Readonly<Record<number, StopReason>> = {
  4200: "invalid",
  4201: "expired",
  4202: "revoked",
  4203: "foreign",
  4204: "removed",
  4208: "replaced",
};

function stopReason(link: Extract<LinkState, { phase: "ended" }>): StopReason {
  if (link.error?.code === "token_expired") return "expired";
  if (link.code === 4204 && (link.error?.code === "invite_void" || link.error?.code === "not_found")) return "withdrawn";
  return reasons[link.code] ?? "fault";
}
