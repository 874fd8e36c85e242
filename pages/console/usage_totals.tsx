import type { JSX } from "preact";
import { yenText } from "../shared/clock";
import { language } from "../shared/language";
import type { Statement } from "./statement";
import { usageText } from "./usage_text";

export function UsageTotals({ statement }: { statement: Statement }): JSX.Element {
  const text = usageText();
  const yen = (amount: number) => yenText(amount, language.value);
  return (
    <dl class="card totals">
      <dt>{text.sumBase}</dt>
      <dd>{yen(statement.base_yen)}</dd>
      <dt>{text.sumExtra}</dt>
      <dd>{yen(statement.additional_yen)}</dd>
      <dt>{text.sumExTax}</dt>
      <dd>{yen(statement.total_yen_ex_tax)}</dd>
      <dt>{text.sumTax(statement.tax_percent)}</dt>
      <dd>{yen(statement.tax_yen)}</dd>
      <dt class="grand">{text.sum}</dt>
      <dd class="grand">{yen(statement.total_yen)}</dd>
    </dl>
  );
}
