/** The slowest answer that still makes for a talk without pauses. */
export const slow_round_trip_ms = 400;
const tries = 4;
const timeout_ms = 4_000;

/**
 * True when this browser finds any address to be reached at for picture and sound: policies, extensions and some
 * networks forbid it, and a call could then never connect.
 */
export async function findsWays(): Promise<boolean> {
  if (!("RTCPeerConnection" in globalThis)) return false;
  const connection = new RTCPeerConnection();
  try {
    const found = new Promise<boolean>((resolve) => {
      connection.onicecandidate = ({ candidate }) => resolve(candidate !== null && candidate.candidate !== "");
      setTimeout(() => resolve(false), timeout_ms);
    });
    connection.createDataChannel("check");
    await connection.setLocalDescription();
    return await found;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

/** Median round trip to the engine that served this page; nothing when it does not answer. */
export async function roundTrip(): Promise<number | undefined> {
  const times: number[] = [];
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const started = performance.now();
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), timeout_ms);
    try {
      await fetch(location.pathname, { method: "HEAD", cache: "no-store", credentials: "omit", signal: abort.signal });
      // The first one may have had to open a connection.
      if (attempt > 0) times.push(performance.now() - started);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
  times.sort((a, b) => a - b);
  return Math.round(times[Math.floor(times.length / 2)] ?? 0);
}
