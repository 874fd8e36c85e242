import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { LanguageSwitch } from "../shared/language_switch";
import type { Refusal } from "./refusal";
import { refusalText } from "./refusal_text";

/** There is no console here: why, and what to do. */
export function RefusalPage({ why }: { why: Refusal }): JSX.Element {
  const text = refusalText();
  const { heading, body } = text[why];
  const needsLink = why === "none" || why === "expired" || why === "unauthenticated" || why === "garbled";
  return (
    <div class="refusal">
      <div class="refusal-tools">
        <LanguageSwitch />
      </div>
      <main class="card refusal-card">
        <span class="refusal-picture">
          <Icon name={why === "replaced" ? "swap" : "lock"} size={34} />
        </span>
        <h1>{heading}</h1>
        <p>{body}</p>
        {(why === "replaced" || why === "fault") && (
          <button type="button" class="button primary large" onClick={() => location.reload()}>
            {why === "replaced" ? text.useHere : text.reload}
          </button>
        )}
        {needsLink && (
          <details class="howto">
            <summary>{text.howto}</summary>
            <code>machiai token --role staff --clinic CLINIC --sub reception</code>
          </details>
        )}
      </main>
    </div>
  );
}
