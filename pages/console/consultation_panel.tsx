import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { ComponentType, JSX } from "preact";
import type { ConsultationProps } from "../call/consultation";
import type { RoomCard } from "../client";
import { problemText } from "../shared/problem_text";
import { actionText } from "./action_text";
import { companionsOf } from "./companions";
import type { ConsoleStore } from "./console_store";
import { consultationText } from "./consultation_text";
import { PatientName } from "./patient_name";
import { RunningMeter } from "./running_meter";

// Pictures and sound are loaded when the first consultation is entered.
const call = signal<ComponentType<ConsultationProps> | undefined>(undefined);
const failed = signal(false);

function loadCall(): void {
  failed.value = false;
  import("../call/consultation").then(
    (module) => (call.value = module.Consultation),
    () => (failed.value = true),
  );
}

/** The consultation the signed-in doctor is in, beside the board. */
export function ConsultationPanel({ store, card }: { store: ConsoleStore; card: RoomCard }): JSX.Element {
  const text = consultationText();
  const people = useMemo(() => companionsOf(card), [card]);
  const me = useMemo(() => ({ person: store.me, device: store.device }), [store]);
  const leave = useMemo(
    () => ({ label: actionText().leave, run: () => void store.attendance?.leave() }),
    [store, actionText().leave],
  );
  useEffect(() => {
    if (call.value === undefined) loadCall();
  }, []);
  const Call = call.value;
  return (
    <section class="consultation-panel" aria-label={text.heading}>
      {Call !== undefined ? (
        <Call key={card.room} link={store.link} room={card.room} me={me} people={people} leave={leave}>
          <PatientStrip card={card} />
        </Call>
      ) : failed.value ? (
        <div class="panel-wait">
          <PatientStrip card={card} />
          <p role="alert">{problemText("unreachable")}</p>
          <button type="button" class="button primary" onClick={loadCall}>
            {text.again}
          </button>
        </div>
      ) : (
        <p class="panel-wait" role="status">
          {text.loading}
        </p>
      )}
    </section>
  );
}

function PatientStrip({ card }: { card: RoomCard }): JSX.Element {
  return (
    <div class="patient-strip">
      {card.patients.map((patient) => (
        <PatientName key={patient.patient} patient={patient} />
      ))}
      <RunningMeter card={card} />
    </div>
  );
}
