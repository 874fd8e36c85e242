import type { JSX } from "preact";
import type { Board } from "../client";
import { language } from "../shared/language";
import { monthText } from "./month";
import type { Statement } from "./statement";
import { UsageLine } from "./usage_line";
import { usageText } from "./usage_text";

export function UsageTable({ statement, names }: { statement: Statement; names: Board }): JSX.Element {
  const text = usageText();
  const caption = text.caption(monthText(statement.month, language.value));
  if (statement.lines.length === 0) return <p class="card usage-empty">{text.empty}</p>;
  return (
    <div class="table-frame card" tabIndex={0} role="region" aria-label={caption}>
      <table class="usage">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{text.date}</th>
            <th scope="col">{text.visit}</th>
            <th scope="col">{text.doctor}</th>
            <th scope="col" class="number">
              {text.time}
            </th>
            <th scope="col" class="number">
              {text.units}
            </th>
            <th scope="col" class="number">
              {text.additional}
            </th>
            <th scope="col" class="number">
              {text.total}
            </th>
            <th scope="col">{text.events}</th>
          </tr>
        </thead>
        <tbody>
          {statement.lines.map((line) => (
            <UsageLine key={`${line.room}/${line.revision}`} line={line} names={names} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
