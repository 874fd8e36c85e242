import type { JSX } from "preact";
import { CallPanel } from "./call_panel";
import { callText } from "./call_text";
import { DeviceChoice } from "./device_choice";
import type { OwnMedia } from "./own_media";

/** Which camera, microphone and loudspeaker are used; changes take hold at once. */
export function SettingsPanel({ media, onClose }: { media: OwnMedia; onClose(): void }): JSX.Element {
  const text = callText();
  return (
    <CallPanel heading={text.settingsHeading} onClose={onClose}>
      <DeviceChoice media={media} none={<p class="call-place">{text.noChoice}</p>} />
    </CallPanel>
  );
}
