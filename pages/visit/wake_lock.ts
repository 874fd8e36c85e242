/**
 * Keeps the phone's screen on while it is wanted. The browser lets go of it whenever the page is hidden, so it is asked
 * for again when it is seen. Gives what ends it; browsers without it just darken.
 */
export function keepScreenOn(): () => void {
  let wanted = true;
  let lock: WakeLockSentinel | undefined;
  const ask = async (): Promise<void> => {
    if (!wanted || document.visibilityState !== "visible") return;
    try {
      const given = await navigator.wakeLock?.request("screen");
      if (wanted) lock = given;
      else void given?.release();
    } catch {
      // Refused when the battery is low.
    }
  };
  const seen = () => void ask();
  document.addEventListener("visibilitychange", seen);
  seen();
  return () => {
    wanted = false;
    document.removeEventListener("visibilitychange", seen);
    void lock?.release();
  };
}
