import type { Connection } from "./connection.js";

/**
 * Tells a connection what a browser knows before any socket does: the page is seen again, it came out of the
 * back-forward cache, the network is back. iOS closes sockets of hidden pages without a word. Gives what undoes it.
 */
export function watchPage(connection: Connection, onVisible: (visible: boolean) => void): () => void {
  const seen = () => {
    const visible = document.visibilityState === "visible";
    if (visible) connection.wake(false);
    onVisible(visible);
  };
  const shown = (event: PageTransitionEvent) => {
    connection.wake(event.persisted);
    seen();
  };
  const online = () => connection.wake(true);
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pageshow", shown);
  window.addEventListener("online", online);
  return () => {
    document.removeEventListener("visibilitychange", seen);
    window.removeEventListener("pageshow", shown);
    window.removeEventListener("online", online);
  };
}
