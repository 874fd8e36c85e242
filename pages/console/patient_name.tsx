import type { JSX } from "preact";
import type { PatientProfile } from "../client";
import { Icon } from "../shared/icons";
import { cardText } from "./card_text";

/** Who the visit is for: kana above the name as in a ruby, chart number and payment card below. */
export function PatientName({ patient }: { patient: PatientProfile }): JSX.Element {
  const text = cardText();
  return (
    <div class="patient">
      <p class="kana" dir="auto">
        {patient.kana}
      </p>
      <h3 class="patient-name" title={patient.name}>
        <bdi>{patient.name}</bdi>
        <span class="honorific">{text.honorific}</span>
      </h3>
      <p class="patient-facts">
        <span>
          <span class="soft">{text.chartNumber}</span>{" "}
          <bdi class="chart">{patient.chart_number === "" ? text.noChartNumber : patient.chart_number}</bdi>
        </span>
        <span class={patient.card_registered ? "payment" : "payment missing"}>
          <Icon name={patient.card_registered ? "card" : "warning"} size={15} />
          {patient.card_registered ? text.cardRegistered : text.cardMissing}
        </span>
      </p>
    </div>
  );
}
