import type { JSX } from "preact";
import { Dialog } from "./dialog";
import { texts } from "./texts";

/** To go is never one slip of a thumb. */
export function LeaveDialog(props: { fromRoom: boolean; onStay(): void; onLeave(): void }): JSX.Element {
  const { fromRoom, onStay, onLeave } = props;
  const text = texts().leave;
  return (
    <Dialog
      heading={fromRoom ? text.fromRoom : text.fromWaiting}
      onClose={onStay}
      buttons={
        <>
          <button type="button" class="button large primary" onClick={onStay}>
            {text.no}
          </button>
          <button type="button" class="button large danger" onClick={onLeave}>
            {fromRoom ? text.yes : text.yesWaiting}
          </button>
        </>
      }
    >
      <p>{fromRoom ? text.fromRoomMore : text.fromWaitingMore}</p>
    </Dialog>
  );
}
