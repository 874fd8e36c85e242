import type { JSX } from "preact";
import type { Command } from "../client";
import { Icon, type IconName } from "../shared/icons";
import { actionText } from "./action_text";
import { useBoardView } from "./board_view";

interface Props {
  room: string;
  slot: string;
  label: string;
  /** Whom it is about, for those who cannot see where the button stands. */
  name: string;
  icon: IconName;
  look?: "primary" | "danger" | "plain";
  /** Only the picture is drawn; the label is said and shown on hover. */
  iconOnly?: boolean;
  command?: Command;
  /** Instead of the command, such as a question first. */
  run?(): void;
}

/** One tap, one command: while its slot is busy the button shows that and takes no further tap. */
export function ActionButton({
  room,
  slot,
  label,
  name,
  icon,
  look = "plain",
  iconOnly = false,
  command,
  run,
}: Props): JSX.Element | null {
  const { store } = useBoardView();
  if (store === undefined) return null;
  const phase = store.desk.of(room).value.get(slot)?.phase;
  const pending = phase === "pending";
  const busy = pending || phase === "settling";
  const act = () => {
    if (busy) return;
    if (run !== undefined) run();
    else if (command !== undefined) void store.desk.run(room, slot, command);
  };
  return (
    <button
      type="button"
      class={`button action ${look}${iconOnly ? " icon-only" : ""}`}
      aria-disabled={busy}
      aria-busy={pending}
      aria-label={actionText().of(label, name)}
      title={iconOnly ? label : undefined}
      onClick={act}
    >
      {pending ? <span class="spinner" /> : <Icon name={icon} size={18} />}
      {!iconOnly && <span>{label}</span>}
    </button>
  );
}
