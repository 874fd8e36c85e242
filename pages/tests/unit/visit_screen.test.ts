import { describe, expect, it } from "vitest";
import type { LinkState, PatientView } from "../../client";
import { blankMemory, remembered, screenOf, type Situation } from "../../visit/visit_screen";

const live: LinkState = { phase: "live" };
const lost: LinkState = { phase: "lost", since: 0, retry_at: 1 };

function visit(mine?: "waiting" | "in_room", change: Partial<PatientView> = {}): PatientView {
  return {
    room: "v1",
    clinic: "さくら内科クリニック",
    patients: [],
    phase: "waiting",
    starts_at: "2026-11-24T01:00:00.000Z",
    duration_min: 15,
    menu: "再診",
    doctors: [],
    people: mine === undefined ? [] : [{ person: "p1", party: "patient", display_name: "花子", whereabouts: mine, unstable: false }],
    invited: [],
    ...change,
  };
}

function situation(change: Partial<Situation>): Situation {
  return { link: live, visit: visit(), me: "p1", step: "start", entry: { state: "none" }, memory: blankMemory, ...change };
}

const waiting = { step: "waiting", entry: { state: "in" } } as const;

describe("the screen of a visit", () => {
  it("is loading until the engine has told of the visit", () => {
    expect(screenOf(situation({ visit: undefined }))).toEqual({ kind: "loading" });
  });

  it("follows the person's steps while nobody is called", () => {
    for (const step of ["start", "device_test", "left"] as const) {
      expect(screenOf(situation({ step }))).toEqual({ kind: step });
    }
  });

  it("stays what it is while the line is down", () => {
    expect(screenOf(situation({ ...waiting, link: lost, visit: visit("waiting") })).kind).toBe("waiting");
    expect(screenOf(situation({ ...waiting, link: lost, visit: visit("in_room") })).kind).toBe("consultation");
  });

  it("is the consultation once the person is in the room, also out of a repeated device test", () => {
    expect(screenOf(situation({ ...waiting, visit: visit("in_room") })).kind).toBe("consultation");
    expect(screenOf(situation({ ...waiting, step: "retest", visit: visit("in_room") })).kind).toBe("consultation");
    expect(screenOf(situation({ ...waiting, step: "retest", visit: visit("waiting") })).kind).toBe("retest");
  });

  it("of a second device that has not begun is not torn into the consultation of the first", () => {
    expect(screenOf(situation({ step: "start", visit: visit("in_room") })).kind).toBe("start");
    expect(screenOf(situation({ step: "device_test", visit: visit("in_room") })).kind).toBe("device_test");
  });

  it("of a device that is one too many only watches", () => {
    const entry = { state: "refused", code: "limit_reached" } as const;
    expect(screenOf(situation({ step: "waiting", entry, visit: visit("in_room") }))).toEqual({
      kind: "waiting",
      sentBack: false,
      entry,
    });
  });

  it("keeps the consultation while somebody who was away for long comes back in", () => {
    const memory = { last: "in_room", sentBack: false } as const;
    const entry = { state: "pending" } as const;
    expect(screenOf(situation({ step: "waiting", entry, memory })).kind).toBe("consultation");
    expect(screenOf(situation({ step: "waiting", entry })).kind).toBe("waiting");
  });

  it("says when the visit is over, cancelled or off the list, whatever the person does", () => {
    for (const step of ["start", "device_test", "waiting", "retest", "left"] as const) {
      expect(screenOf(situation({ step, visit: visit("in_room", { phase: "ended" }) })).kind).toBe("ended");
      expect(screenOf(situation({ step, visit: visit("in_room", { phase: "cancelled" }) })).kind).toBe("cancelled");
      expect(screenOf(situation({ step, visit: null })).kind).toBe("gone");
    }
  });

  it("says that a removed person is out, also when only the entry was refused", () => {
    const entry = { state: "refused", code: "removed" } as const;
    expect(screenOf(situation({ step: "waiting", entry }))).toEqual({ kind: "stopped", reason: "removed" });
  });
});

describe("an ended line", () => {
  const reasonOf = (code: number, error?: "token_expired" | "invite_void" | "removed") =>
    screenOf(
      situation({
        link: { phase: "ended", code, ...(error === undefined ? {} : { error: { code: error, message: "", retryable: false } }) },
      }),
    );

  it.each([
    [4200, "invalid"],
    [4201, "expired"],
    [4202, "revoked"],
    [4203, "foreign"],
    [4204, "removed"],
    [4206, "fault"],
    [4208, "replaced"],
    [1009, "fault"],
  ])("with %i is told as %s", (code, reason) => {
    expect(reasonOf(code)).toEqual({ kind: "stopped", reason });
  });

  it("tells a withdrawn invitation from a removal", () => {
    expect(reasonOf(4204, "invite_void")).toEqual({ kind: "stopped", reason: "withdrawn" });
    expect(reasonOf(4204, "removed")).toEqual({ kind: "stopped", reason: "removed" });
  });

  it("tells an expired token from a false one", () => {
    expect(reasonOf(4200, "token_expired")).toEqual({ kind: "stopped", reason: "expired" });
  });
});

describe("the memory of a visit", () => {
  it("notes who was sent back, until called again", () => {
    const called = remembered(blankMemory, visit("in_room"), "p1");
    const back = remembered(called, visit("waiting"), "p1");
    expect(back).toEqual({ last: "waiting", sentBack: true });
    expect(remembered(back, visit("waiting"), "p1").sentBack).toBe(true);
    expect(remembered(back, visit("in_room"), "p1")).toEqual({ last: "in_room", sentBack: false });
  });

  it("does not take the first wait for being sent back", () => {
    expect(remembered(blankMemory, visit("waiting"), "p1").sentBack).toBe(false);
  });

  it("keeps what it knows while the person is not listed", () => {
    const called = remembered(blankMemory, visit("in_room"), "p1");
    expect(remembered(called, visit(), "p1")).toBe(called);
    expect(remembered(called, null, "p1")).toBe(called);
  });
});
