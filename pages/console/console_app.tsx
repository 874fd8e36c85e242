import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { now_ms } from "../shared/clock";
import { BoardPage } from "./board_page";
import { BoardContext } from "./board_view";
import { ConfirmDialog } from "./confirm_dialog";
import type { ConsoleStore } from "./console_store";
import { consoleText } from "./console_text";
import { ConsultationPanel } from "./consultation_panel";
import { HistoryPage } from "./history_page";
import { InviteDialog } from "./invite_dialog";
import { refusalOfLink } from "./refusal";
import { RefusalPage } from "./refusal_page";
import { page } from "./route";
import { spoken } from "./spoken";
import { TopBar } from "./top_bar";
import { UsagePage } from "./usage_page";

export function ConsoleApp({ store }: { store: ConsoleStore }): JSX.Element {
  const { title } = consoleText();
  useEffect(() => void (document.title = title), [title]);
  const refusal = useComputed(() => refusalOfLink(store.link.state.value)).value;
  if (refusal !== undefined) return <RefusalPage why={refusal} />;
  return (
    <>
      <a class="skip-link" href="#main">
        {consoleText().skip}
      </a>
      <TopBar store={store} />
      <Pages store={store} />
      <ConfirmDialog />
      <InviteDialog store={store} />
      <p class="visually-hidden" role="log" aria-live="polite">
        {spoken}
      </p>
    </>
  );
}

function Pages({ store }: { store: ConsoleStore }): JSX.Element {
  const view = useMemo(() => ({ now_ms, clinic: store.clinicProfile, store }), [store]);
  const card = useComputed(() => {
    const room = store.attendance?.room.value;
    return room === undefined ? undefined : store.board.value.cards.get(room);
  }).value;
  return (
    <div class={card === undefined ? "workspace" : "workspace in-consultation"}>
      {card !== undefined && (
        <BoardContext.Provider value={view}>
          <ConsultationPanel store={store} card={card} />
        </BoardContext.Provider>
      )}
      {page.value === "board" && <BoardPage store={store} />}
      {page.value === "history" && <HistoryPage store={store} />}
      {page.value === "usage" && <UsagePage store={store} />}
    </div>
  );
}
