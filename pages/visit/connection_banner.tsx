import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import type { LiveLink } from "../shared/live_link";
import { texts } from "./texts";
import "./connection_banner.css";

/** A change of networks takes less than this, and nobody needs to hear of it. */
const unnoticed_ms = 1_500;

/** Knowledge younger than this is as good as new. */
const young_s = 3;

const offline = signal(typeof navigator !== "undefined" && navigator.onLine === false);

/** Called once by a page: the browser's own word is there before any silence tells. */
export function watchNetwork(): void {
  const note = () => (offline.value = navigator.onLine === false);
  window.addEventListener("online", note);
  window.addEventListener("offline", note);
}

/** True when what is shown may be out of date; read in a component, it follows. */
export function isInDoubt(link: LiveLink): boolean {
  if (offline.value) return true;
  const state = link.state.value;
  if (state.phase === "live") return !link.fresh.value;
  return state.phase !== "ended" && link.silence_ms.value > unnoticed_ms;
}

/** What goes on unharmed while the line is down. */
export type Kept = "keepsPlace" | "keepsCall" | "keepsPage";

/** Says calmly that the line is down, how old the page's knowledge is, and that nothing is lost. */
export function ConnectionBanner({ link, kept }: { link: LiveLink; kept: Kept }): JSX.Element {
  const text = texts().online;
  const inDoubt = isInDoubt(link);
  return (
    <div class="connection-banner" role="status" aria-live="polite">
      {inDoubt && (
        <div class="connection-note">
          <Icon name="network_off" />
          <p>
            <strong>{offline.value ? text.offline : text.lost}</strong>
            <br />
            {text[kept]} <Age link={link} />
          </p>
          <button type="button" class="button connect-now" onClick={() => link.connection.wake(true)}>
            {text.connectNow}
          </button>
        </div>
      )}
    </div>
  );
}

/** Ticks; screen readers are told of the state, not of every second. */
function Age({ link }: { link: LiveLink }): JSX.Element | null {
  const seconds = Math.round(link.silence_ms.value / 1_000);
  if (seconds < young_s) return null;
  return (
    <span class="connection-age" aria-hidden="true">
      {texts().online.age(seconds)}
    </span>
  );
}
