import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import type { ConsoleStore } from "./console_store";
import { consoleText } from "./console_text";
import { linkMood, type LinkMood } from "./link_mood";

const icons = { opening: "network", live: "check", reconnecting: "history", stale: "warning", ended: "cross" } as const;

export function moodOf({ link, hasBoard }: ConsoleStore): LinkMood {
  return linkMood(link.state.value, link.fresh.value, link.silence_ms.value, hasBoard.value);
}

/** How far the screen may be trusted, always in sight, with the age of the last proof. */
export function LinkStatus({ store }: { store: ConsoleStore }): JSX.Element {
  const mood = useComputed(() => moodOf(store)).value;
  const age = useComputed(() => consoleText().proof(store.link.silence_ms.value));
  const text = consoleText();
  return (
    <div class={`link-status ${mood}`}>
      <span class="link-word" role="status">
        <Icon name={icons[mood]} size={18} />
        {text.mood[mood]}
      </span>
      <span class="proof-age">{age}</span>
    </div>
  );
}
