import type { OwnMedia } from "./own_media";

/** Takes up what was lost while the page was hidden. Gives what ends it. */
export function takeUpWhenSeen(media: OwnMedia): () => void {
  const seen = () => {
    if (document.visibilityState === "visible") void media.takeUpAgain();
  };
  document.addEventListener("visibilitychange", seen);
  return () => document.removeEventListener("visibilitychange", seen);
}
