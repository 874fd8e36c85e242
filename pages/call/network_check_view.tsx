import { useEffect, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { DeviceCheck } from "../client";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { findsWays, roundTrip, slow_round_trip_ms } from "./network_check";

type Found = { kind: "testing" } | { kind: "none" } | { kind: "no_call" } | { kind: "answers"; round_trip_ms: number };

async function look(): Promise<Found> {
  const [round_trip_ms, ways] = await Promise.all([roundTrip(), findsWays()]);
  if (round_trip_ms === undefined) return { kind: "none" };
  return ways ? { kind: "answers", round_trip_ms } : { kind: "no_call" };
}

/** How fast the engine answers, and whether a call has a way at all; tried by itself. */
export function NetworkCheck({ onCheck }: { onCheck(check: DeviceCheck): void }): JSX.Element {
  const text = deviceTestText();
  const [found, setFound] = useState<Found>({ kind: "testing" });
  const good = found.kind === "answers" && found.round_trip_ms < slow_round_trip_ms;
  const test = () => {
    setFound({ kind: "testing" });
    void look().then((next) => {
      setFound(next);
      // What is too slow for a talk without pauses is not well, and staff should know.
      onCheck(next.kind === "answers" && next.round_trip_ms < slow_round_trip_ms ? "passed" : "failed");
    });
  };
  useEffect(test, []);
  const words = () => {
    switch (found.kind) {
      case "testing":
        return text.networkTesting;
      case "none":
        return text.networkBad;
      case "no_call":
        return text.networkNoCall;
      case "answers":
        return good ? text.networkGood(found.round_trip_ms) : text.networkSlow(found.round_trip_ms);
    }
  };
  return (
    <CheckRow icon="network" label={text.network} good={good}>
      <p role="status">{words()}</p>
      {!good && found.kind !== "testing" && (
        <button type="button" class="button" onClick={test}>
          {text.again}
        </button>
      )}
    </CheckRow>
  );
}
