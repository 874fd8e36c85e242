import type { ComponentChildren, JSX } from "preact";
import type { Companion, Endpoint } from "../client";
import type { LiveLink } from "../shared/live_link";

export interface ConsultationProps {
  link: LiveLink;
  room: string;
  me: Endpoint;
  /** Everybody in the room and its waiting room, oneself included, as the latest frame has them. */
  people: readonly Companion[];
  /** What the person's own button to go does: leaves the room for a patient, the doctor's stay for a doctor. */
  leave: { label: string; run(): void };
  /** What the page shows beside the pictures: the doctor's identity, the running price. */
  children?: ComponentChildren;
}

/** Picture and sound of everybody in the room. */
export function Consultation({ children, leave }: ConsultationProps): JSX.Element {
  return (
    <section>
      {children}
      <button type="button" class="button danger" onClick={leave.run}>
        {leave.label}
      </button>
    </section>
  );
}
