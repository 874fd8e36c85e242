import { useState } from "preact/hooks";
import type { JSX } from "preact";
import type { DeviceCheck } from "../client";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { playTestTone } from "./test_tone";

export interface SpeakerCheckProps {
  speaker: string | undefined;
  check: DeviceCheck;
  onCheck(check: DeviceCheck): void;
}

/** A tone, and the person's word on whether it was heard. */
export function SpeakerCheck({ speaker, check, onCheck }: SpeakerCheckProps): JSX.Element {
  const text = deviceTestText();
  const [played, setPlayed] = useState(false);
  const play = () => void playTestTone(speaker).then(
    () => setPlayed(true),
    () => onCheck("failed"),
  );
  return (
    <CheckRow icon="speaker" label={text.speaker} good={check === "passed"}>
      <div class="check-buttons">
        <button type="button" class="button" onClick={play}>
          {text.speakerPlay}
        </button>
        {played && (
          <>
            <button type="button" class="button" aria-pressed={check === "passed"} onClick={() => onCheck("passed")}>
              {text.speakerHeard}
            </button>
            <button type="button" class="button" aria-pressed={check === "failed"} onClick={() => onCheck("failed")}>
              {text.speakerNotHeard}
            </button>
          </>
        )}
      </div>
      {check === "failed" && (
        <div class="notice doubt" role="alert">
          <p>{text.speakerHelp}</p>
        </div>
      )}
    </CheckRow>
  );
}
