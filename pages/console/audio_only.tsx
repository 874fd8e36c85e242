import type { JSX } from "preact";
import type { Board } from "../client";
import { durationWords, timeWithSeconds } from "../shared/clock";
import { language } from "../shared/language";
import { personName } from "./name_lookup";
import type { AudioOnlyStretch, StatementLine } from "./statement";
import { usageText } from "./usage_text";

/** 10:02:00–10:05:00 (3分0秒). */
export function stretchText({ from, until }: AudioOnlyStretch): string {
  const length = durationWords(Date.parse(until) - Date.parse(from), language.value);
  return `${timeWithSeconds(from)}–${timeWithSeconds(until)} (${length})`;
}

/** When the consultation was by voice alone, and whose picture was missing. */
export function AudioOnly({ line, names }: { line: StatementLine; names: Board }): JSX.Element | null {
  if (line.audio_only.length === 0) return null;
  return (
    <div class="audio-only">
      <p>{usageText().audioOnlyLead}</p>
      <ul>
        {line.audio_only.map((each) => (
          <li key={`${each.person}/${each.from}`}>
            <bdi>{personName(names, line.room, each.person)}</bdi> {stretchText(each)}
          </li>
        ))}
      </ul>
    </div>
  );
}
