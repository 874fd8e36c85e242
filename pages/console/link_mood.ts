import type { LinkState } from "../client";

/**
 * How far the screen may be trusted. `opening`: nothing was shown yet; `reconnecting`: the line is gone, what is shown
 * is seconds old; `stale`: older than that.
 */
export type LinkMood = "opening" | "live" | "reconnecting" | "stale" | "ended";

/** From here on a lost screen is called old, not only lost. */
const stale_after_ms = 10_000;

export function linkMood(state: LinkState, fresh: boolean, silence_ms: number, hasBoard: boolean): LinkMood {
  if (state.phase === "ended") return "ended";
  if (!hasBoard) return "opening";
  if (fresh) return "live";
  return silence_ms < stale_after_ms ? "reconnecting" : "stale";
}
