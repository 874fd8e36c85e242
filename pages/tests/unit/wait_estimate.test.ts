import { describe, expect, it } from "vitest";
import { waitEstimate } from "../../visit/wait_estimate";

const starts_at = Date.parse("2026-11-24T01:00:00.000Z");
const minutes = (count: number) => starts_at + count * 60_000;
const estimate = (place: number, now: number, duration_min = 15, since = now) =>
  waitEstimate({ place, duration_min, starts_at, since, now });

describe("the estimate of a wait", () => {
  it("long before the appointment is the appointment's time", () => {
    expect(estimate(1, minutes(-120))).toEqual({ kind: "at_start" });
    expect(estimate(2, minutes(-46))).toEqual({ kind: "at_start" });
  });

  it("of the next one past the time is an upper bound", () => {
    expect(estimate(1, minutes(3))).toEqual({ kind: "within", minutes: 25 });
  });

  it("of others is a wide range in steps of five minutes", () => {
    expect(estimate(3, minutes(3))).toEqual({ kind: "range", from_min: 15, to_min: 70 });
  });

  it("promises nobody a call before the appointment's time", () => {
    expect(estimate(1, minutes(-18))).toEqual({ kind: "range", from_min: 15, to_min: 25 });
    expect(estimate(1, minutes(-22))).toEqual({ kind: "range", from_min: 20, to_min: 30 });
  });

  it("beyond an hour does not pretend to know", () => {
    expect(estimate(9, minutes(0))).toEqual({ kind: "over_an_hour" });
  });

  it("runs down while nothing moves, and is withdrawn when it has proved wrong", () => {
    expect(estimate(2, minutes(20), 20, minutes(0))).toEqual({ kind: "within", minutes: 40 });
    expect(estimate(2, minutes(59), 20, minutes(0))).toEqual({ kind: "within", minutes: 10 });
    expect(estimate(2, minutes(60), 20, minutes(0))).toEqual({ kind: "overdue" });
    // Who came early has not waited for what was never promised.
    expect(estimate(1, minutes(5), 15, minutes(-60))).toEqual({ kind: "within", minutes: 20 });
  });

  it("holds for very short appointments", () => {
    expect(estimate(1, minutes(0), 1)).toEqual({ kind: "within", minutes: 10 });
  });
});
