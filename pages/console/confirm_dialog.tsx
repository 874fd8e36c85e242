import type { JSX } from "preact";
import { consoleText } from "./console_text";
import { confirmation } from "./dialogs";
import { Modal } from "./modal";

export function ConfirmDialog(): JSX.Element | null {
  const asked = confirmation.value;
  if (asked === undefined) return null;
  const close = () => (confirmation.value = undefined);
  const run = () => {
    close();
    asked.run();
  };
  return (
    <Modal labelledBy="confirm-title" onClose={close}>
      <h2 id="confirm-title" dir="auto">
        {asked.title}
      </h2>
      <p>{asked.body}</p>
      <div class="modal-buttons">
        <button type="button" class="button" onClick={close}>
          {consoleText().cancel}
        </button>
        <button type="button" class="button danger" onClick={run}>
          {asked.confirm}
        </button>
      </div>
    </Modal>
  );
}
