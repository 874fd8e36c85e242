import { useEffect, useRef, useState } from "preact/hooks";

interface Guard {
  backGuard?: boolean;
}

function standsGuard(): boolean {
  return (history.state as Guard | null)?.backGuard === true;
}

/**
 * A phone's Back does what the page's own way back does, instead of leaving the page: an entry of the history stands
 * before the page's own while there is a `goBack`, and is renewed as long as there is one.
 */
export function useBackGuard(goBack: (() => void) | undefined): void {
  const latest = useRef(goBack);
  latest.current = goBack;
  // `history.back` only begins to go back. Until the browser has gone, the entry still stands, and its going is not
  // the person's Back: after a reload in the consultation the page may want its guard again before that.
  const takingDown = useRef(false);
  const [gone, setGone] = useState(0);
  const active = goBack !== undefined;
  useEffect(() => {
    if (takingDown.current) return;
    if (active && !standsGuard()) history.pushState({ backGuard: true } satisfies Guard, "");
    if (!active && standsGuard()) {
      takingDown.current = true;
      history.back();
    }
  }, [active, gone]);
  useEffect(() => {
    const popped = () => {
      if (standsGuard()) return;
      if (takingDown.current) takingDown.current = false;
      else latest.current?.();
      setGone((count) => count + 1);
    };
    window.addEventListener("popstate", popped);
    return () => window.removeEventListener("popstate", popped);
  }, []);
}
