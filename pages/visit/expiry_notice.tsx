import type { JSX } from "preact";
import { now_ms, timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { texts } from "./texts";

const warn_before_ms = 10 * 60_000;

/** `expires_at`: seconds since 1970, as in a token. Nothing can prolong a link but the clinic. */
export function ExpiryNotice({ expires_at }: { expires_at: number }): JSX.Element | null {
  const left_ms = expires_at * 1_000 - now_ms.value;
  if (left_ms > warn_before_ms || left_ms <= 0) return null;
  return (
    <p class="notice doubt" role="status">
      <Icon name="clock" />
      {texts().expiring(timeOfDay(expires_at * 1_000))}
    </p>
  );
}
