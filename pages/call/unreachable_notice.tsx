import type { JSX } from "preact";
import type { Companion, Endpoint } from "../client";
import type { Call } from "./call";
import { callText } from "./call_text";
import { tilesOf } from "./tiles";

/** Who is in the room and cannot be seen or heard for the networks between, and what to try. */
export function UnreachableNotice(props: { call: Call; people: readonly Companion[]; me: Endpoint }): JSX.Element {
  const text = callText();
  const names = tilesOf(props.people, props.call.remotes.value, props.me)
    .filter((tile) => tile.unreachable)
    .map((tile) => tile.name);
  return (
    <div role="status">
      {names.length > 0 && (
        <div class="notice doubt call-notice">
          <p>
            <strong dir="auto">{text.unreachableOf(names.join("・"))}</strong>
            <br />
            {text.unreachableHelp}
          </p>
        </div>
      )}
    </div>
  );
}
