import type { JSX } from "preact";
import { callText } from "./call_text";
import type { MediaProblem } from "./media_problem";
import type { Chosen, OwnMedia } from "./own_media";
import { canChooseSpeaker } from "./speaker_output";

const kinds: readonly { what: Chosen; kind: MediaDeviceKind; label: "chooseCamera" | "chooseMicrophone" | "chooseSpeaker" }[] = [
  { what: "camera", kind: "videoinput", label: "chooseCamera" },
  { what: "microphone", kind: "audioinput", label: "chooseMicrophone" },
  { what: "speaker", kind: "audiooutput", label: "chooseSpeaker" },
];

function isDenied(problem: MediaProblem | undefined): boolean {
  return problem === "refused" || problem === "system" || problem === "insecure";
}

/** A list for each kind of device of which there is a choice, or else `none`. */
export function DeviceChoice({ media, none = null }: { media: OwnMedia; none?: JSX.Element | null }): JSX.Element {
  const text = callText();
  const used = { camera: media.video.value, microphone: media.audio.value, speaker: undefined };
  const lists = kinds
    .filter(({ what }) => what !== "speaker" || canChooseSpeaker)
    // A choice among what is not given helps nobody.
    .filter(({ what }) => what !== "camera" || !isDenied(media.videoProblem.value))
    .filter(({ what }) => what !== "microphone" || !isDenied(media.audioProblem.value))
    .map((each) => ({ ...each, found: media.devices.value.filter((device) => device.kind === each.kind) }))
    .filter(({ found }) => found.length > 1);
  if (lists.length === 0) return <>{none}</>;
  return (
    <>
      {lists.map(({ what, label, found }) => (
        <label key={what} class="field device-choice">
          <span>{text[label]}</span>
          <select
            value={used[what]?.getSettings().deviceId ?? media.chosen.value[what] ?? found[0]?.deviceId}
            onChange={(event) => void media.choose(what, event.currentTarget.value)}
          >
            {found.map((device) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || text.standard}
              </option>
            ))}
          </select>
        </label>
      ))}
    </>
  );
}
