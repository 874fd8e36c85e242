import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { JSX } from "preact";
import { ApiError, type ErrorCode } from "../client";
import { dayOf, serverNow } from "../shared/clock";
import { Icon } from "../shared/icons";
import { language } from "../shared/language";
import { problemText } from "../shared/problem_text";
import type { ConsoleStore } from "./console_store";
import { monthAfter } from "./month";
import { MonthChooser } from "./month_chooser";
import { saveFile } from "./save_file";
import type { Statement } from "./statement";
import { usageCsv } from "./usage_csv";
import { OpenConsultations } from "./open_consultations";
import { UsageTable } from "./usage_table";
import { usageText } from "./usage_text";
import { UsageTotals } from "./usage_totals";

type State =
  | { phase: "loading" }
  | { phase: "shown"; statement: Statement }
  | { phase: "failed"; code: ErrorCode | "unreachable" };

/** The month's consultations, what each costs, and the events each line rests on. */
export function UsagePage({ store }: { store: ConsoleStore }): JSX.Element {
  const thisMonth = dayOf(serverNow()).slice(0, 7);
  const month = useSignal(thisMonth);
  const state = useSignal<State>({ phase: "loading" });
  const attempt = useSignal(0);
  const text = usageText();
  useEffect(() => {
    let wanted = true;
    state.value = { phase: "loading" };
    store.api.get<Statement>(`/v1/clinics/${encodeURIComponent(store.clinic)}/usage?month=${month.value}`).then(
      (statement) => wanted && (state.value = { phase: "shown", statement }),
      (problem: unknown) =>
        wanted && (state.value = { phase: "failed", code: problem instanceof ApiError ? problem.code : "internal" }),
    );
    return () => (wanted = false);
  }, [month.value, attempt.value]);
  const now = state.value;
  const download = (statement: Statement) =>
    saveFile(
      `machiai-${store.clinic}-${statement.month}.csv`,
      "text/csv;charset=utf-8",
      usageCsv(statement, language.value, store.board.value),
    );
  return (
    <main id="main" class="usage-page" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{text.heading}</h1>
          <p class="soft">{text.lead}</p>
        </div>
        <MonthChooser
          month={month.value}
          last={thisMonth}
          choose={(next) => (month.value = next)}
          step={(by) => (month.value = monthAfter(month.value, by))}
        />
        {now.phase === "shown" && (
          <button type="button" class="button" onClick={() => download(now.statement)}>
            <Icon name="download" />
            {text.download}
          </button>
        )}
      </div>
      {now.phase === "loading" && <p role="status">{text.loading}</p>}
      {now.phase === "failed" && (
        <div class="notice danger" role="alert">
          <span>{problemText(now.code)}</span>
          <button type="button" class="button" onClick={() => (attempt.value += 1)}>
            {text.again}
          </button>
        </div>
      )}
      {now.phase === "shown" && (
        <div class="usage-body">
          <div class="usage-main">
            <UsageTable statement={now.statement} names={store.board.value} />
            <OpenConsultations open={now.statement.open} names={store.board.value} />
          </div>
          <UsageTotals statement={now.statement} />
        </div>
      )}
    </main>
  );
}
