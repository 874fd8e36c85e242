import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import type { Board, RoomCard } from "../../client";
import { boardModel } from "../../console/board_model";
import { boardSections, isOfToday } from "../../console/board_sections";
import { keepStill, type Held } from "../../console/held_order";
import { arrivals, isWorthNotice } from "../../console/news";
import { matches, searchForm } from "../../console/search_text";
import { minutesLate, minutesWaited, urgencyOf } from "../../console/visit_times";
import { personCard, visitCard } from "./console_cards";

const at = (time: string) => `2026-11-24T${time}:00.000Z`;
const rooms = (cards: readonly RoomCard[]) => cards.map((card) => card.room);
const waiting = (room: string, since: string, change: Partial<RoomCard> = {}) =>
  visitCard(room, {
    phase: "waiting",
    participants: [personCard(`p-${room}`, { first_arrived_at: at(since), since: at(since) })],
    ...change,
  });

describe("sections", () => {
  test("every phase has its section, and what was cancelled stands behind what took place", () => {
    const cards = [
      visitCard("a"),
      waiting("b", "00:01"),
      visitCard("c", { phase: "in_consultation" }),
      visitCard("d", { phase: "cancelled" }),
      visitCard("e", { phase: "ended", ended_at: at("00:20") }),
      visitCard("f", { phase: "ended", ended_at: at("00:30") }),
    ];
    const sections = boardSections(cards);
    expect(rooms(sections.absent)).toEqual(["a"]);
    expect(rooms(sections.waiting)).toEqual(["b"]);
    expect(rooms(sections.consulting)).toEqual(["c"]);
    expect(rooms(sections.ended)).toEqual(["f", "e", "d"]);
  });

  test("what was reopened stands with the consultations until somebody is there", () => {
    const reopened = visitCard("a", { phase: "waiting", bill_revision: 1 });
    expect(rooms(boardSections([reopened]).consulting)).toEqual(["a"]);
    const back = waiting("a", "00:01", { bill_revision: 1 });
    expect(rooms(boardSections([back]).waiting)).toEqual(["a"]);
  });

  test("who waits stands in order of arrival, whatever the time of the appointment", () => {
    const cards = [
      waiting("late", "00:05", { starts_at: at("00:00") }),
      waiting("early", "00:01", { starts_at: at("00:30") }),
    ];
    expect(rooms(boardSections(cards).waiting)).toEqual(["early", "late"]);
  });

  test("a doctor's own patients come first, each group in its order", () => {
    const of = (doctor: string) => ({ doctors: [{ person: doctor, name: doctor }] });
    const cards = [
      waiting("a", "00:01", of("dr-a")),
      waiting("b", "00:02", of("dr-b")),
      waiting("c", "00:03", of("dr-b")),
    ];
    expect(rooms(boardSections(cards, "dr-b").waiting)).toEqual(["b", "c", "a"]);
  });

  test("the day is Japan's, goes on over midnight for a night clinic, and never hides who is here", () => {
    const midnight = Date.parse("2026-11-23T15:00:00.000Z");
    expect(isOfToday(visitCard("a"), midnight)).toBe(true);
    expect(isOfToday(visitCard("b", { starts_at: "2026-11-23T14:00:00.000Z" }), midnight)).toBe(true);
    expect(isOfToday(visitCard("c", { starts_at: "2026-11-23T03:00:00.000Z" }), midnight)).toBe(false);
    expect(isOfToday(waiting("d", "00:00", { starts_at: "2027-01-01T00:00:00.000Z" }), midnight)).toBe(true);
  });
});

describe("minutes", () => {
  test("late minutes start with the appointment", () => {
    expect(minutesLate(visitCard("a"), Date.parse(at("00:00")) - 60_000)).toBe(0);
    expect(minutesLate(visitCard("a"), Date.parse(at("00:07")) + 59_000)).toBe(7);
  });

  test("who was let in before the doctor goes on waiting", () => {
    const patient = personCard("p1", { whereabouts: "in_room", first_arrived_at: at("00:00"), since: at("00:08") });
    const doctor = personCard("d1", { party: "doctor", whereabouts: "in_room", since: at("00:09") });
    const now_ms = Date.parse(at("00:09"));
    expect(minutesWaited(visitCard("a", { phase: "waiting", participants: [patient] }), now_ms)).toBe(9);
    const begun = visitCard("a", { phase: "in_consultation", participants: [patient, doctor] });
    expect(minutesWaited(begun, now_ms)).toBeUndefined();
  });

  test("a visit waits since its first patient first came, also when that one is gone and another waits", () => {
    const card = visitCard("a", {
      phase: "waiting",
      participants: [
        personCard("p1", { whereabouts: "left", first_arrived_at: at("00:00") }),
        personCard("p2", { first_arrived_at: at("00:04") }),
        personCard("g1", { party: "family", first_arrived_at: "2026-11-23T23:00:00.000Z" }),
      ],
    });
    expect(minutesWaited(card, Date.parse(at("00:09")))).toBe(9);
    expect(minutesWaited(visitCard("b"), Date.parse(at("00:09")))).toBeUndefined();
  });

  test("the limits are the clinic's, by default 10 and 20 minutes", () => {
    expect([9, 10, 19, 20].map((minutes) => urgencyOf(minutes, { name: "c" }))).toEqual([
      "calm",
      "warn",
      "warn",
      "alert",
    ]);
    expect(urgencyOf(5, { name: "c", waiting_warn_min: 3, waiting_alert_min: 5 })).toBe("alert");
    expect(urgencyOf(25, { name: "c", waiting_warn_min: 30 })).toBe("calm");
  });
});

describe("search", () => {
  test("width, case, blanks and the kind of kana make no difference", () => {
    const card = visitCard("a", { participants: [personCard("g", { display_name: "Anna Schmidt" })] });
    for (const text of ["花子", "はなこ", "ﾊﾅｺ", "予約花子", "１０００１", "SCHMIDT", "annas", ""]) {
      expect(matches(card, searchForm(text)), text).toBe(true);
    }
    expect(matches(card, searchForm("太郎"))).toBe(false);
  });
});

describe("a list that is kept still", () => {
  const cards = (...list: RoomCard[]) => new Map(list.map((card) => [card.room, card]));
  const shownWith = (held: Held | undefined, ...list: RoomCard[]) =>
    keepStill(boardSections(list), held, cards(...list));

  test("a card that belongs elsewhere by now keeps its place, is there once, and counts as held back", () => {
    const { sections, held_back } = shownWith(
      { section: "waiting", rooms: ["a", "b"] },
      visitCard("a", { phase: "in_consultation" }),
      waiting("b", "00:02"),
    );
    expect(rooms(sections.waiting)).toEqual(["a", "b"]);
    expect(rooms(sections.consulting)).toEqual([]);
    expect(held_back).toBe(1);
  });

  test("what would come between waits; what comes last moves nothing and is shown", () => {
    const list = [waiting("a", "00:01"), waiting("new", "00:02"), waiting("b", "00:03"), waiting("last", "00:04")];
    const { sections, held_back } = shownWith({ section: "waiting", rooms: ["a", "b"] }, ...list);
    expect(rooms(sections.waiting)).toEqual(["a", "b", "last"]);
    expect(held_back).toBe(1);
  });

  test("another order waits, and a card that is no more goes", () => {
    const list = [waiting("a", "00:05"), waiting("b", "00:02")];
    const { sections, held_back } = shownWith({ section: "waiting", rooms: ["a", "gone", "b"] }, ...list);
    expect(rooms(sections.waiting)).toEqual(["a", "b"]);
    expect(held_back).toBe(2);
  });

  test("without a hold everything is where it belongs", () => {
    const { sections, held_back } = shownWith(undefined, waiting("b", "00:02"), waiting("a", "00:05"));
    expect(rooms(sections.waiting)).toEqual(["b", "a"]);
    expect(held_back).toBe(0);
  });

  test("what was appended is held too, and a search lets go", () => {
    const boardWith = (...list: RoomCard[]): Board => ({
      clinic: { name: "c" },
      doctors: new Map(),
      cards: cards(...list),
    });
    const board = signal(boardWith(waiting("a", "00:01")));
    const held = signal<Held | undefined>(undefined);
    const model = boardModel({ board, now_ms: signal(Date.parse(at("00:10"))), held });
    held.value = { section: "waiting", rooms: ["a"] };
    board.value = boardWith(waiting("a", "00:01"), waiting("b", "00:03"));
    board.value = boardWith(waiting("a", "00:01"), waiting("b", "00:03"), waiting("c", "00:02"));
    expect(rooms(model.shown.value.sections.waiting)).toEqual(["a", "b"]);
    model.search.value = "花";
    expect(rooms(model.shown.value.sections.waiting)).toEqual(["a", "c", "b"]);
    model.dispose();
  });
});

describe("news", () => {
  test("a place in line alone is no news, a person in doubt is", () => {
    const before = waiting("a", "00:01", { place_in_line: 2 });
    expect(isWorthNotice(before, { ...before, place_in_line: 1 })).toBe(false);
    expect(isWorthNotice(before, { ...before, participants: [{ ...before.participants[0]!, unstable: true }] })).toBe(
      true,
    );
    expect(isWorthNotice(undefined, before)).toBe(true);
  });

  test("an arrival is told once: not again when the person is sent back or stable anew", () => {
    const there = waiting("a", "00:01");
    const inRoom = { ...there, participants: [personCard("p-a", { whereabouts: "in_room" })] };
    expect(arrivals(visitCard("a"), there).map((who) => who.person)).toEqual(["p-a"]);
    expect(arrivals(there, there)).toEqual([]);
    expect(arrivals(inRoom, there)).toEqual([]);
  });
});
