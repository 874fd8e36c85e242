/** Why a camera or microphone gives nothing. */
export type MediaProblem =
  /** The browser or the person did not allow it. */
  | "refused"
  | "missing"
  /** Another program has it, or the system does not hand it out. */
  | "busy"
  /** This browser gives pages none, or the page came by plain HTTP. */
  | "unsupported";

/** What getUserMedia failed with (Media Capture and Streams, section 10.2). */
export function mediaProblem(error: unknown): MediaProblem {
  const name = error instanceof Error ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "TypeError":
      return "unsupported";
    default:
      return "busy";
  }
}
