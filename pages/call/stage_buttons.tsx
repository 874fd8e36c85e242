import type { JSX } from "preact";
import { Icon, type IconName } from "../shared/icons";
import { callText } from "./call_text";
import type { OwnMedia } from "./own_media";

export interface StageButtonsProps {
  media: OwnMedia;
  grid: boolean;
  /** Absent while there is nothing to choose between. */
  onGrid?(): void;
}

/** On the pictures themselves: how they are laid out, and the phone's other camera, to show what hurts. */
export function StageButtons({ media, grid, onGrid }: StageButtonsProps): JSX.Element {
  const text = callText();
  const cameras = media.devices.value.filter((each) => each.kind === "videoinput").length;
  const isHeld = matchMedia("(pointer: coarse)").matches;
  return (
    <div class="stage-buttons">
      {onGrid !== undefined && <Round icon={grid ? "focus" : "grid"} label={grid ? text.speaker : text.grid} run={onGrid} />}
      {isHeld && cameras > 1 && media.sends("video") && <Round icon="swap" label={text.flip} run={() => void media.flip()} />}
    </div>
  );
}

function Round({ icon, label, run }: { icon: IconName; label: string; run(): void }): JSX.Element {
  return (
    <button type="button" class="stage-button" aria-label={label} title={label} onClick={run}>
      <Icon name={icon} size={20} />
    </button>
  );
}
