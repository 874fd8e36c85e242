import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { DeviceCheck } from "../client";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { roundTrip, slow_round_trip_ms } from "./network_check";

/** How fast the engine answers, tried by itself. */
export function NetworkCheck({ onCheck }: { onCheck(check: DeviceCheck): void }): JSX.Element {
  const text = deviceTestText();
  const [found, setFound] = useState<number | "testing" | "none">("testing");
  const look = () => {
    setFound("testing");
    void roundTrip().then((round_trip_ms) => {
      setFound(round_trip_ms ?? "none");
      onCheck(round_trip_ms === undefined ? "failed" : "passed");
    });
  };
  useEffect(look, []);
  const words = () => {
    if (found === "testing") return text.networkTesting;
    if (found === "none") return text.networkBad;
    return found < slow_round_trip_ms ? text.networkGood(found) : text.networkSlow(found);
  };
  return (
    <CheckRow icon="network" label={text.network} good={typeof found === "number"}>
      <p role="status">{words()}</p>
      {found === "none" && (
        <button type="button" class="button" onClick={look}>
          {text.again}
        </button>
      )}
    </CheckRow>
  );
}
