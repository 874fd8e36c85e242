import type { Kind } from "./own_media";

const keyOf = (room: string) => `machiai.off:${room}`;

/** What the person has turned off in this room, in this tab: a page that is loaded anew must not send it again. */
export function keptOff(room: string): Record<Kind, boolean> {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(room)) ?? "{}") as Partial<Record<Kind, unknown>> | null;
    return { video: kept?.video === true, audio: kept?.audio === true };
  } catch {
    return { video: false, audio: false };
  }
}

export function keepOff(room: string, off: Record<Kind, boolean>): void {
  try {
    sessionStorage.setItem(keyOf(room), JSON.stringify(off));
  } catch {
    // Then a reload asks for both again.
  }
}
