import { computed, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { dateWithYear, serverNow } from "../shared/clock";
import { language } from "../shared/language";
import { problemText } from "../shared/problem_text";
import { BoardColumns } from "./board_columns";
import { BoardFilters } from "./board_filters";
import { boardModel } from "./board_model";
import { BoardContext } from "./board_view";
import type { ConsoleStore } from "./console_store";
import type { Held } from "./held_order";
import { HistoryControls } from "./history_controls";
import { historyText } from "./history_text";
import { chosenMoment, keepMoment } from "./history_route";
import { minuteText, pastBoard } from "./past_board";

/** The board as it was at a chosen minute of a chosen day. */
export function HistoryPage({ store }: { store: ConsoleStore }): JSX.Element {
  const past = useMemo(() => pastBoard(store.api, store.clinic, serverNow, chosenMoment()), [store]);
  const model = useMemo(() => {
    const own = store.attendance === undefined ? {} : { own: store.me };
    return boardModel({ board: past.board, now_ms: past.at_ms, held: signal<Held | undefined>(undefined), ...own });
  }, [past]);
  const view = useMemo(() => ({ now_ms: past.at_ms, clinic: computed(() => past.board.value.clinic) }), [past]);
  useEffect(() => model.dispose, [model]);
  useEffect(past.follow, [past.at.value]);
  useEffect(() => keepMoment(past.day.value, past.minute.value), [past.day.value, past.minute.value]);
  const text = historyText();
  const state = past.state.value;
  return (
    <main id="main" class="board-page history-page" tabIndex={-1}>
      <div class="page-head">
        <div>
          <h1>{text.heading}</h1>
          <p class="soft">{text.lead}</p>
        </div>
        <BoardFilters model={model} doctors={past.board.value.doctors} />
      </div>
      <HistoryControls past={past} />
      <p class="history-said" role="status">
        <strong>{text.sawAt(dateWithYear(past.at_ms.value, language.value), minuteText(past.minute.value))}</strong>
        <span class="badge">{state === "loading" ? text.loading : text.readOnly}</span>
        {past.limited.value && <span>{text.notYet}</span>}
        {state === "shown" && past.board.value.cards.size === 0 && <span>{text.nothing}</span>}
      </p>
      {state !== "loading" && state !== "shown" ? (
        <p class="notice danger" role="alert">
          {problemText(state)}
        </p>
      ) : (
        <BoardContext.Provider value={view}>
          <div class={state === "loading" ? "past loading" : "past"}>
            <BoardColumns model={model} />
          </div>
        </BoardContext.Provider>
      )}
    </main>
  );
}
