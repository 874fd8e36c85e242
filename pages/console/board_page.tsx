import { useEffect, useMemo } from "preact/hooks";
import type { JSX } from "preact";
import { now_ms } from "../shared/clock";
import { BoardColumns } from "./board_columns";
import { BoardFilters } from "./board_filters";
import { boardModel } from "./board_model";
import { boardText } from "./board_text";
import { BoardContext } from "./board_view";
import type { ConsoleStore } from "./console_store";
import { held } from "./hold";
import { NextPatient } from "./next_patient";
import { SoundInvitation } from "./sound_invitation";
import { StaleNotice } from "./stale_notice";

/** The clinic's day, live. */
export function BoardPage({ store }: { store: ConsoleStore }): JSX.Element {
  const model = useMemo(() => {
    const own = store.attendance === undefined ? {} : { own: store.me };
    return boardModel({ board: store.board, now_ms, held, ...own });
  }, [store]);
  useEffect(() => model.dispose, [model]);
  const view = useMemo(() => ({ now_ms, clinic: store.clinicProfile, store }), [store]);
  const text = boardText();
  return (
    <main id="main" class="board-page" tabIndex={-1}>
      <div class="page-head">
        <h1>{text.heading}</h1>
        <BoardFilters model={model} doctors={store.doctors.value} />
        <BoardContext.Provider value={view}>
          <NextPatient store={store} />
        </BoardContext.Provider>
      </div>
      <SoundInvitation />
      {store.hasBoard.value ? (
        <BoardContext.Provider value={view}>
          <BoardColumns model={model} notices={store.notices} />
        </BoardContext.Provider>
      ) : (
        <p class="board-loading" role="status">
          {text.loading}
        </p>
      )}
      <StaleNotice store={store} />
    </main>
  );
}
