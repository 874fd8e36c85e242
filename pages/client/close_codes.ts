/** What a closed socket asks of its client (docs/protocol.md, "When the socket closes"). */
export type ComeBack =
  /** At once, with `resume`. */
  | "now"
  /** At a random time within the window of the `reconnect` frame before it. */
  | "window"
  /** After a while: 1 s, doubling to 30 s, times a random factor. */
  | "later"
  /** Not with this token and request. */
  | "never";

/** `had_opened`: the connection had its welcome; one that never opened says nothing about the network at once. */
export function comeBack(code: number, hadOpened: boolean): ComeBack {
  if (code === 4100) return "window";
  if (code >= 4200 && code < 4300) return "never";
  if (code >= 4100 && code < 4200) return "later";
  if (code >= 4000 && code < 4100) return "now";
  if (code === 1002 || code === 1003 || code === 1007 || code === 1009) return "never";
  return hadOpened ? "now" : "later";
}
