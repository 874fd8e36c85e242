import type { JSX } from "preact";
import { callText } from "./call_text";
import { canChooseSpeaker } from "./speaker_output";
import type { Chosen, OwnMedia } from "./own_media";

const kinds: readonly { what: Chosen; kind: MediaDeviceKind; label: "chooseCamera" | "chooseMicrophone" | "chooseSpeaker" }[] = [
  { what: "camera", kind: "videoinput", label: "chooseCamera" },
  { what: "microphone", kind: "audioinput", label: "chooseMicrophone" },
  { what: "speaker", kind: "audiooutput", label: "chooseSpeaker" },
];

/** A list for each kind of device of which there is a choice. */
export function DeviceChoice({ media, only }: { media: OwnMedia; only?: Chosen }): JSX.Element {
  const text = callText();
  return (
    <>
      {kinds.map(({ what, kind, label }) => {
        const found = media.devices.value.filter((device) => device.kind === kind);
        if ((only !== undefined && only !== what) || found.length < 2 || (what === "speaker" && !canChooseSpeaker)) return null;
        return (
          <label key={what} class="field">
            <span>{text[label]}</span>
            <select value={media.chosen.value[what] ?? found[0]?.deviceId} onChange={(event) => void media.choose(what, event.currentTarget.value)}>
              {found.map((device) => (
                <option key={device.deviceId} value={device.deviceId}>
                  {device.label || text.standard}
                </option>
              ))}
            </select>
          </label>
        );
      })}
    </>
  );
}
