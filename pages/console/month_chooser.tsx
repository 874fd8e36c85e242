import type { JSX } from "preact";
import { usageText } from "./usage_text";

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
  return (
    <div class="month-chooser">
      <button type="button" class="button step" aria-label={text.previous} title={text.previous} onClick={() => step(-1)}>
        ‹
      </button>
      <input
        type="month"
        aria-label={text.month}
        max={last}
        value={month}
        onChange={(event) => {
          if (/^\d{4}-\d{2}$/.test(event.currentTarget.value)) choose(event.currentTarget.value);
        }}
      />
      <button type="button" class="button step" aria-label={text.next} title={text.next} aria-disabled={isLast} onClick={() => (isLast ? undefined : step(1))}>
        ›
      </button>
    </div>
  );
}
