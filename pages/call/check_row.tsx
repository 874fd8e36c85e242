import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "../shared/icons";

export interface CheckRowProps {
  icon: IconName;
  label: string;
  good: boolean;
  children: ComponentChildren;
}

/** One part of the device test: its name, whether it is known to work, and what to do. */
export function CheckRow({ icon, label, good, children }: CheckRowProps): JSX.Element {
  return (
    <section class={`check-row${good ? " good" : ""}`}>
      <h2>
        <Icon name={good ? "check" : icon} />
        {label}
      </h2>
      <div class="check-body">{children}</div>
    </section>
  );
}
