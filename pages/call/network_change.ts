interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

/** Calls back when this device is on another network, or on one again. Gives what ends it. */
export function watchNetwork(changed: () => void): () => void {
  // Network Information API: not in Safari and Firefox, where a dead path shows by itself after some seconds.
  const information = (navigator as { connection?: NetworkInformation }).connection;
  let kind = information?.type;
  const moved = () => {
    // It also tells every new estimate of the speed, which is no reason to look for another path.
    if (information?.type === kind) return;
    kind = information?.type;
    if (kind !== "none") changed();
  };
  window.addEventListener("online", changed);
  information?.addEventListener?.("change", moved);
  return () => {
    window.removeEventListener("online", changed);
    information?.removeEventListener?.("change", moved);
  };
}
