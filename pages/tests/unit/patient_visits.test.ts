// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import type { PatientView } from "../../client";
import { isEarly, visitList } from "../../patient/visit_list";
import { contactOf, keepContact, keptContact, telephoneLink } from "../../visit/clinic_contact";
import { keepStep, keptStep } from "../../visit/kept_step";

function visit(room: string, starts_at: string, phase: PatientView["phase"] = "scheduled"): PatientView {
  return { room, clinic: "さくら", patients: [], phase, starts_at, duration_min: 15, menu: "再診", doctors: [], people: [], invited: [] };
}

describe("the list of appointments", () => {
  const early = visit("v1", "2026-11-24T01:00:00.000Z");
  const late = visit("v2", "2026-11-25T01:00:00.000Z");

  it("stands in order of time, what is over below", () => {
    const over = visit("v0", "2026-11-23T01:00:00.000Z", "ended");
    expect(visitList([late, over, early], undefined).map((each) => each.room)).toEqual(["v1", "v2", "v0"]);
  });

  it("believes the live line rather than the list, and knows one visit without any list", () => {
    const live = visit("v1", "2026-11-24T02:00:00.000Z", "waiting");
    expect(visitList([early, late], live)[0]).toBe(live);
    expect(visitList([], live)).toEqual([live]);
    expect(visitList([early], null)).toEqual([early]);
  });

  it("calls half an hour and more before the time early", () => {
    expect(isEarly(early, Date.parse("2026-11-24T00:29:00.000Z"))).toBe(true);
    expect(isEarly(early, Date.parse("2026-11-24T00:31:00.000Z"))).toBe(false);
  });
});

describe("what the browser keeps", () => {
  beforeEach(() => {
    localStorage.clear();
    sessionStorage.clear();
  });

  it("of the clinic is name, number and address, for the day a link no longer works", () => {
    expect(keptContact("sakura")).toBeUndefined();
    keepContact("sakura", contactOf({ name: "さくら", phone: "03-0000-0000" }));
    expect(keptContact("sakura")).toEqual({ name: "さくら", phone: "03-0000-0000" });
  });

  it("of a visit is the step, so that a reload goes on in the waiting room", () => {
    expect(keptStep("sakura", "v1")).toBeUndefined();
    keepStep("sakura", "v1", "retest");
    expect(keptStep("sakura", "v1")).toBe("waiting");
    sessionStorage.setItem("machiai.step:sakura/v1", "nonsense");
    expect(keptStep("sakura", "v1")).toBeUndefined();
  });
});

describe("a telephone link", () => {
  it("holds digits only, also of numbers in wide letters", () => {
    expect(telephoneLink("03-0000-0001")).toBe("tel:0300000001");
    expect(telephoneLink("+81 3 0000 0001")).toBe("tel:+81300000001");
    expect(telephoneLink("０３（００００）０００１")).toBe("tel:0300000001");
  });
});
