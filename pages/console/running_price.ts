import type { MeterCard } from "../client";

export interface RunningPrice {
  doctor_in_room_ms: number;
  /** The unit that is being used up, from 1; 0 before a doctor came. */
  unit: number;
  additional_participants: number;
  total_yen_ex_tax: number;
  /** Until the next unit begins; absent while the meter stands. */
  next_unit_in_ms?: number;
}

/**
 * What the meter of a card says `elapsed_ms` after the card's own time. The engine measured the card at the instant of
 * its event, when whoever just came in had shared no time with the doctor yet: of `people_in_room`, the doctor
 * included, all are counted as soon as time goes on. For showing, never for charging.
 */
export function runningPrice(meter: MeterCard, elapsed_ms: number, people_in_room: number): RunningPrice {
  const price = meter.price;
  if (!meter.running || price === undefined) {
    const { doctor_in_room_ms, units, additional_participants, total_yen_ex_tax } = meter;
    return { doctor_in_room_ms, unit: units, additional_participants, total_yen_ex_tax };
  }
  const doctor_in_room_ms = meter.doctor_in_room_ms + Math.max(0, elapsed_ms);
  const unit = Math.max(1, Math.ceil(doctor_in_room_ms / price.unit_ms));
  const additional = Math.max(meter.additional_participants, people_in_room - 2);
  return {
    doctor_in_room_ms,
    unit,
    additional_participants: additional,
    total_yen_ex_tax: unit * (price.unit_yen + price.additional_yen * additional),
    next_unit_in_ms: unit * price.unit_ms - doctor_in_room_ms,
  };
}
