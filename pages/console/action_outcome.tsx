import type { JSX } from "preact";
import { Icon } from "../shared/icons";
import { problemText } from "../shared/problem_text";
import type { ActionName } from "./action_desk";
import { actionText } from "./action_text";
import type { ConsoleStore } from "./console_store";

function labelOf(action: ActionName): string {
  const text = actionText();
  const labels: Partial<Record<ActionName, string>> = {
    admit: text.admit,
    send_back: text.sendBack,
    remove: text.remove,
    invite: text.invite,
    revoke_invite: text.revoke,
    lock_room: text.lock,
    unlock_room: text.unlock,
    enter_room: text.enter,
    leave_room: text.leave,
    end_consultation: text.end,
    reopen_consultation: text.reopen,
  };
  return labels[action] ?? action;
}

/** What became of the last actions on a card: done, for a moment; or why not, until it is read. */
export function ActionOutcome({ store, room }: { store: ConsoleStore; room: string }): JSX.Element {
  const text = actionText();
  const done: Partial<Record<ActionName, string>> = text.done;
  const states = [...store.desk.of(room).value];
  return (
    <>
      <div class="outcomes" role="status">
        {states.map(([slot, state]) =>
          state.phase === "done" || state.phase === "settling" ? (
            <p key={slot} class="outcome done">
              <Icon name="check" size={16} />
              {done[state.action]}
            </p>
          ) : null,
        )}
      </div>
      {states.map(([slot, state]) =>
        state.phase === "failed" && state.code !== undefined ? (
          <p key={slot} class="outcome failed" role="alert">
            <Icon name="warning" size={16} />
            <span>
              {text.failed(labelOf(state.action))}
              {state.code === "unanswered" ? text.unanswered : problemText(state.code)}
            </span>
            <button
              type="button"
              class="quiet"
              aria-label={text.dismiss}
              onClick={() => store.desk.dismiss(room, slot)}
            >
              <Icon name="cross" size={16} />
            </button>
          </p>
        ) : null,
      )}
    </>
  );
}
