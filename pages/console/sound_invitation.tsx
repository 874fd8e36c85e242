import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { setSound, soundUndecided } from "./alerts";
import { consoleText } from "./console_text";

/** Shown until somebody has said once whether arrivals are to be heard at this desk. */
export function SoundInvitation(): JSX.Element | null {
  if (!soundUndecided.value) return null;
  const text = consoleText();
  return (
    <p class="sound-invitation">
      <Icon name="bell" size={18} />
      <span>{text.soundOffer}</span>
      <button type="button" class="button" onClick={() => setSound(true)}>
        {text.soundYes}
      </button>
      <button type="button" class="button" onClick={() => setSound(false)}>
        {text.soundNo}
      </button>
    </p>
  );
}
