import type { JSX } from "preact";
import { isJapanTime, localTime } from "../shared/clock";
import { texts } from "./texts";

/** Beside a time of day, for whoever is where it is another: all times are Japan's. */
export function ZoneNote({ time }: { time: string | number }): JSX.Element | null {
  return isJapanTime(time) ? null : <span class="small-text quiet-text">{texts().zone(localTime(time))}</span>;
}
