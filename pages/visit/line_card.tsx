import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { isPatientView, type Visit } from "../client";
import { now_ms, serverNow, timeOfDay } from "../shared/clock";
import { texts } from "./texts";
import { waitEstimate, type WaitEstimate } from "./wait_estimate";
import "./line_card.css";

/** Where one stands, large, and about how long it may take. */
export function LineCard({ visit, arriving }: { visit: Visit; arriving: boolean }): JSX.Element {
  const text = texts().waiting;
  const place = isPatientView(visit) ? visit.place_in_line : undefined;
  const doctorIn = visit.people.some((each) => each.party === "doctor" && each.whereabouts === "in_room");
  return (
    <section class="line-card card">
      <div aria-live="polite" aria-atomic="true">
        {isPatientView(visit) && place !== undefined ? (
          <Place place={place} />
        ) : (
          <p class="line-words phrases">{arriving || isPatientView(visit) ? text.arriving : text.guest}</p>
        )}
        {doctorIn && <p class="line-doctor phrases">{text.doctorIn}</p>}
      </div>
      {isPatientView(visit)
        ? place !== undefined && !doctorIn && <Estimate place={place} startsAt={visit.starts_at} duration_min={visit.duration_min} />
        : !doctorIn && <p class="quiet-text phrases">{text.guestMore}</p>}
      <span class="line-pulse" aria-hidden="true" />
    </section>
  );
}

function Place({ place }: { place: number }): JSX.Element {
  const text = texts().waiting;
  if (place <= 1) return <p class="line-words next">{text.next}</p>;
  return (
    <p class="line-place">
      {text.before} <strong>{place - 1}</strong>
      {text.unit} {text.after}
    </p>
  );
}

function Estimate(props: { place: number; startsAt: string; duration_min: number }): JSX.Element {
  const text = texts().waiting;
  const starts_at = Date.parse(props.startsAt);
  const since = useMemo(() => serverNow(), [props.place]);
  const { place, duration_min } = props;
  const estimate = waitEstimate({ place, duration_min, starts_at, since, now: now_ms.value });
  return (
    <p class="line-estimate">
      <strong>{estimateText(estimate, timeOfDay(starts_at))}</strong>
      <br />
      <span class="small-text quiet-text">{text.varies}</span>
    </p>
  );
}

function estimateText(estimate: WaitEstimate, time: string): string {
  const text = texts().waiting;
  switch (estimate.kind) {
    case "at_start":
      return text.atStart(time);
    case "within":
      return text.within(estimate.minutes);
    case "range":
      return text.range(estimate.from_min, estimate.to_min);
    case "over_an_hour":
      return text.overAnHour;
    case "overdue":
      return text.overdue;
  }
}
