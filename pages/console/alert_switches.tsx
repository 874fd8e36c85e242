import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { notificationsOn, notificationsRefused, setNotifications, setSound, soundAllowed, soundOn } from "./alerts";
import { consoleText } from "./console_text";

/** Sound and desktop notifications of arrivals: both off until somebody wants them. */
export function AlertSwitches(): JSX.Element {
  const text = consoleText();
  const refused = notificationsRefused.value;
  const soundTitle = soundOn.value && !soundAllowed.value ? text.soundWaits : text.sound;
  return (
    <div class="alert-switches">
      <button
        type="button"
        class="button switch"
        aria-pressed={soundOn.value}
        title={soundTitle}
        onClick={() => setSound(!soundOn.value)}
      >
        <Icon name={soundOn.value ? "speaker" : "speaker_off"} size={18} />
        <span>{text.sound}</span>
        <span class="switch-state">{soundOn.value ? text.on : text.off}</span>
      </button>
      <button
        type="button"
        class="button switch"
        aria-pressed={notificationsOn.value}
        aria-disabled={refused}
        title={refused ? text.desktopRefused : text.desktop}
        onClick={() => void (refused ? undefined : setNotifications(!notificationsOn.value))}
      >
        <Icon name={notificationsOn.value ? "bell" : "bell_off"} size={18} />
        <span>{text.desktop}</span>
        <span class="switch-state">{notificationsOn.value ? text.on : text.off}</span>
      </button>
    </div>
  );
}
