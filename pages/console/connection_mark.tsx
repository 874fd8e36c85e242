import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { ParticipantCard } from "../client";
import { timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";

/** Where a person is and how sure that is. Doubt is said as doubt, with the age of the last proof. */
export function ConnectionMark({ who }: { who: ParticipantCard }): JSX.Element {
  const text = cardText();
  if (who.removed) return <span class="mark gone">{text.removed}</span>;
  if (who.whereabouts === "left") {
    return <span class="mark gone">{who.since === undefined ? text.leftPlain : text.left(timeOfDay(who.since))}</span>;
  }
  if (who.whereabouts === "absent") return <span class="mark gone">{text.notThere}</span>;
  return (
    <>
      {who.unstable ? <Doubt who={who} /> : <Sure />}
      {!who.attentive && (
        <span class="mark hidden-page">
          <Icon name="hidden" size={15} />
          {text.hidden}
        </span>
      )}
    </>
  );
}

function Sure(): JSX.Element {
  return (
    <span class="mark sure">
      <Icon name="check" size={15} />
      {cardText().stable}
    </span>
  );
}

function Doubt({ who }: { who: ParticipantCard }): JSX.Element {
  const { now_ms } = useBoardView();
  const text = cardText();
  const proof = who.last_proof_at;
  const age_s = useComputed(() =>
    proof === undefined ? 0 : Math.max(0, Math.floor((now_ms.value - Date.parse(proof)) / 1_000)),
  );
  const age = useComputed(() => {
    const text = cardText();
    return text.lastProof(age_s.value < 120 ? text.seconds(age_s.value) : text.minutes(Math.floor(age_s.value / 60)));
  });
  return (
    <span class="mark doubt">
      <Icon name="warning" size={15} />
      {text.unstable}
      {proof !== undefined && <span class="age">{age}</span>}
    </span>
  );
}
