import type { JSX } from "preact";
import type { Board } from "../client";
import { doctorName, patientName } from "./name_lookup";
import type { OpenConsultation } from "./statement";
import { usageText } from "./usage_text";

export function OpenConsultations({
  open,
  names,
}: {
  open: readonly OpenConsultation[];
  names: Board;
}): JSX.Element | null {
  const text = usageText();
  if (open.length === 0) return null;
  return (
    <section class="card open-consultations" aria-labelledby="open-title">
      <h2 id="open-title">{text.open}</h2>
      <p class="soft">{text.openLead}</p>
      <ul>
        {open.map((each) => (
          <li key={each.room}>
            <span>{each.usage_date}</span>
            <bdi>{each.patients.map((id) => patientName(names, each.room, id)).join("・")}</bdi>
            <bdi class="soft">{each.doctors.map((id) => doctorName(names, id)).join("・")}</bdi>
            {each.is_test && <span class="badge test">{text.test}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
