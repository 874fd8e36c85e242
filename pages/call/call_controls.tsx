import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { Icon, type IconName } from "../shared/icons";
import { callText } from "./call_text";
import type { OwnMedia } from "./own_media";

export interface CallControlsProps {
  media: OwnMedia;
  leave: { label: string; run(): void };
  panel: "people" | "settings" | undefined;
  onPanel(panel: "people" | "settings"): void;
}

/** Microphone, camera, who is here, devices, and the way out. M and V work from the keyboard. */
export function CallControls({ media, leave, panel, onPanel }: CallControlsProps): JSX.Element {
  const text = callText();
  const [video, audio] = [media.sends("video"), media.sends("audio")];
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "m") void media.setAudio(!media.sends("audio"));
      if (event.key === "v") void media.setVideo(!media.sends("video"));
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [media]);
  return (
    <div class="call-controls" role="toolbar" aria-label={text.control}>
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
      <Control icon="people" label={text.people} word={text.people} pressed={panel === "people"} run={() => onPanel("people")} />
      <Control icon="settings" label={text.settings} word={text.settings} pressed={panel === "settings"} run={() => onPanel("settings")} />
      <button type="button" class="call-control leave" onClick={leave.run}>
        <Icon name="leave" size={22} />
        <span>{leave.label}</span>
      </button>
    </div>
  );
}

interface ControlProps {
  icon: IconName;
  label: string;
  word: string;
  off?: boolean;
  pressed?: boolean;
  keys?: string;
  run(): void;
}

function Control({ icon, label, word, off = false, pressed, keys, run }: ControlProps): JSX.Element {
  return (
    <button
      type="button"
      class={`call-control${off ? " off" : ""}`}
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { "aria-expanded": pressed })}
      {...(keys === undefined ? {} : { "aria-keyshortcuts": keys })}
      onClick={run}
    >
      <Icon name={icon} size={22} />
      <span aria-hidden="true">{word}</span>
    </button>
  );
}
