/** Why a camera or microphone gives nothing. */
export type MediaProblem =
  /** The browser or the person did not allow it. */
  | "refused"
  /** The browser asked nobody: the system gives it none. */
  | "system"
  | "missing"
  /** Another program has it, or the system does not hand it out. */
  | "busy"
  /** This browser gives pages none. */
  | "unsupported"
  /** The page came by plain HTTP, and no browser gives such pages any. */
  | "insecure";

/** What getUserMedia failed with (Media Capture and Streams, section 10.2). */
export function mediaProblem(error: unknown): MediaProblem {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
      // Chromium's word for it; others ask for the system's permission themselves.
      return /system/i.test((error as Error).message) ? "system" : "refused";
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "TypeError":
      return globalThis.isSecureContext === false ? "insecure" : "unsupported";
    default:
      return "busy";
  }
}
