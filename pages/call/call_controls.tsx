import { useEffect } from "preact/hooks";
import type { JSX, RefObject } from "preact";
import { Icon, type IconName } from "../shared/icons";
import { callText } from "./call_text";
import type { OwnMedia } from "./own_media";

export interface CallControlsProps {
  media: OwnMedia;
  leave: { label: string; run(): void };
  /** How many are in the room and its waiting room. */
  count: number;
  /** Keys work while the focus is in here. */
  section: RefObject<HTMLElement>;
  panel: "people" | "settings" | undefined;
  onPanel(panel: "people" | "settings"): void;
}

/** Microphone, camera, who is here, devices, and the way out. M and V work while the focus is on the consultation. */
export function CallControls({ media, leave, count, section, panel, onPanel }: CallControlsProps): JSX.Element {
  const text = callText();
  const [video, audio] = [media.sends("video"), media.sends("audio")];
  useEffect(() => {
    const element = section.current;
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (typing || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "m") void media.setAudio(!media.sends("audio"));
      if (key === "v") void media.setVideo(!media.sends("video"));
    };
    element?.addEventListener("keydown", pressed);
    return () => element?.removeEventListener("keydown", pressed);
  }, [media]);
  return (
    <div class="call-controls" role="group" aria-label={text.control}>
      <Control
        icon={audio ? "microphone" : "microphone_off"}
        label={audio ? text.mute : text.unmute}
        word={text.microphone}
        off={!audio}
        keys="m"
        run={() => void media.setAudio(!audio)}
      />
      <Control
        icon={video ? "camera" : "camera_off"}
        label={video ? text.videoOff : text.videoOn}
        word={text.camera}
        off={!video}
        keys="v"
        run={() => void media.setVideo(!video)}
      />
      <Control icon="people" word={text.people} badge={count} pressed={panel === "people"} run={() => onPanel("people")} />
      <Control icon="settings" word={text.settings} pressed={panel === "settings"} run={() => onPanel("settings")} />
      <button type="button" class="call-control leave" onClick={leave.run}>
        <Icon name="leave" size={22} />
        <span>{leave.label}</span>
      </button>
    </div>
  );
}

interface ControlProps {
  icon: IconName;
  /** What a press does, beginning with the word that stands there; without it the word says it. */
  label?: string;
  word: string;
  off?: boolean;
  pressed?: boolean;
  keys?: string;
  badge?: number;
  run(): void;
}

function Control({ icon, label, word, off = false, pressed, keys, badge, run }: ControlProps): JSX.Element {
  return (
    <button
      type="button"
      class={`call-control${off ? " off" : ""}`}
      {...(label === undefined ? {} : { "aria-label": label, title: label })}
      {...(pressed === undefined ? {} : { "aria-expanded": pressed })}
      {...(keys === undefined ? {} : { "aria-keyshortcuts": keys })}
      onClick={run}
    >
      <Icon name={icon} size={22} />
      <span>{word}</span>
      {badge !== undefined && <span class="call-badge">{badge}</span>}
    </button>
  );
}
