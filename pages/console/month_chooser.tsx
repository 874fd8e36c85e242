import type { JSX } from "preact";
import { language } from "../shared/language";
import { monthAfter, monthText } from "./month";
import { usageText } from "./usage_text";

const months_listed = 36;

interface Props {
  month: string;
  /** Later months have no statement. */
  last: string;
  choose(month: string): void;
  step(by: number): void;
}

export function MonthChooser({ month, last, choose, step }: Props): JSX.Element {
  const text = usageText();
  const isLast = month >= last;
  const months = Array.from({ length: months_listed }, (_, back) => monthAfter(last, -back));
  // Steps lead further back than the list.
  if (!months.includes(month)) months.push(month);
  return (
    <div class="month-chooser">
      <button
        type="button"
        class="button step"
        aria-label={text.previous}
        title={text.previous}
        onClick={() => step(-1)}
      >
        ‹
      </button>
      <select aria-label={text.month} value={month} onChange={(event) => choose(event.currentTarget.value)}>
        {months.map((each) => (
          <option key={each} value={each}>
            {monthText(each, language.value)}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="button step"
        aria-label={text.next}
        title={text.next}
        aria-disabled={isLast}
        onClick={() => (isLast ? undefined : step(1))}
      >
        ›
      </button>
    </div>
  );
}
