import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import type { ConsoleStore } from "./console_store";
import { consoleText } from "./console_text";
import { moodOf } from "./link_status";

/** Lies over the board while it is not live, so that nobody trusts a dead screen. */
export function StaleNotice({ store }: { store: ConsoleStore }): JSX.Element | null {
  const mood = useComputed(() => moodOf(store)).value;
  if (mood !== "reconnecting" && mood !== "stale") return null;
  const text = consoleText();
  return (
    <>
      <div class={`stale-veil ${mood}`} aria-hidden="true" />
      <p class={`stale-notice ${mood}`} role="alert">
        <Icon name="warning" />
        <span>{mood === "stale" ? text.staleNow : text.reconnectingNow}</span>
        <button type="button" class="button" onClick={() => store.link.connection.wake(true)}>
          {text.connectNow}
        </button>
      </p>
    </>
  );
}
