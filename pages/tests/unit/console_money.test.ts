import { describe, expect, test } from "vitest";
import { emptyBoard, type Board, type MeterCard } from "../../client";
import { monthAfter } from "../../console/month";
import { runningPrice } from "../../console/running_price";
import type { Statement, StatementLine } from "../../console/statement";
import { usageCsv } from "../../console/usage_csv";
import { durationWords } from "../../shared/clock";
import { visitCard } from "./console_cards";

const unit_ms = 30 * 60_000;
const price = {
  unit_ms,
  unit_yen: 100,
  additional_yen: 50,
  reconnect_window_ms: 60_000,
  additional_basis: "persons",
} as const;
const meter = (change: Partial<MeterCard> = {}): MeterCard => ({
  doctor_in_room_ms: 0,
  running: true,
  units: 0,
  additional_participants: 0,
  total_yen_ex_tax: 0,
  price,
  ...change,
});

describe("price so far", () => {
  test("the first unit is charged from the doctor's entry on", () => {
    expect(runningPrice(meter(), 0, 2)).toMatchObject({ unit: 1, total_yen_ex_tax: 100, next_unit_in_ms: unit_ms });
  });

  test("a full unit is one unit, a millisecond more is two", () => {
    expect(runningPrice(meter(), unit_ms, 2)).toMatchObject({ unit: 1, total_yen_ex_tax: 100, next_unit_in_ms: 0 });
    expect(runningPrice(meter(), unit_ms + 1, 2)).toMatchObject({ unit: 2, total_yen_ex_tax: 200 });
  });

  test("it goes on from what the card says", () => {
    const running = runningPrice(meter({ doctor_in_room_ms: unit_ms - 1_000, units: 1 }), 5_000, 2);
    expect(running).toMatchObject({ doctor_in_room_ms: unit_ms + 4_000, unit: 2 });
  });

  test("a third person costs from coming in on, and stays counted after leaving", () => {
    expect(runningPrice(meter({ additional_participants: 0 }), 10, 3)).toMatchObject({
      additional_participants: 1,
      total_yen_ex_tax: 150,
    });
    expect(runningPrice(meter({ additional_participants: 2 }), 10, 2)).toMatchObject({
      additional_participants: 2,
      total_yen_ex_tax: 200,
    });
  });

  test("a meter that stands says what the engine said", () => {
    const stopped = meter({ running: false, doctor_in_room_ms: 61_000, units: 1, total_yen_ex_tax: 100 });
    expect(runningPrice(stopped, 999_999, 5)).toEqual({
      doctor_in_room_ms: 61_000,
      unit: 1,
      additional_participants: 0,
      total_yen_ex_tax: 100,
    });
  });
});

const line: StatementLine = {
  room: "v1",
  revision: 2,
  is_correction: true,
  is_test: false,
  usage_date: "2026-11-24",
  billing_month: "2026-11",
  doctor_in_room_ms: 61_000,
  units: 1,
  additional_participants: 1,
  base_yen: -100,
  additional_yen: 50,
  total_yen_ex_tax: -50,
  doctors: ["=HYPERLINK(1)"],
  patients: ["p1", 'p"2'],
  audio_only: [{ person: "p1", from: "2026-11-24T00:00:10.000Z", until: "2026-11-24T00:01:13.500Z" }],
  sources: [
    {
      position: { epoch: 1, seq: 7 },
      at: "2026-11-24T00:00:00.000Z",
      counts_from: "2026-11-24T00:00:00.000Z",
      kind: "room.participant_entered",
      person: "dr-a",
    },
  ],
};
const statement: Statement = {
  month: "2026-11",
  lines: [line],
  open: [],
  base_yen: 0,
  additional_yen: 0,
  total_yen_ex_tax: 0,
  tax_percent: 10,
  tax_yen: 0,
  total_yen: 0,
};

const patient = { patient: "p1", name: "佐藤　花子", kana: "", chart_number: "", card_registered: false };
const names: Board = {
  ...emptyBoard,
  cards: new Map([["v1", visitCard("v1", { patients: [patient] })]]),
  doctors: new Map([["dr-a", { doctor: "dr-a", name: "森　恵子" }]]),
};

describe("CSV", () => {
  const [head, row, rest] = usageCsv(statement, "ja", names).split("\r\n");

  test("it starts with the mark of UTF-8 and ends every row with CRLF", () => {
    expect(head?.startsWith("\ufeff診察日,")).toBe(true);
    expect(rest).toBe("");
    expect(head?.split(",").length).toBe(19);
  });

  test("a text that a spreadsheet would run is disarmed, a negative number stays a number", () => {
    expect(row).toContain(",'=HYPERLINK(1),'=HYPERLINK(1),");
    expect(row).toContain(",-100,50,-50,");
  });

  test("quotes are doubled", () => {
    expect(row).toContain(',"佐藤　花子・p""2","p1 p""2",');
  });

  test("it tells what the page tells, in its words and in Japan's time", () => {
    expect(row).toContain(",訂正,,");
    expect(row).toContain(",1分1秒,61000,");
    expect(row).toContain("1:7 入室 森　恵子 2026-11-24 09:00:00");
  });

  test("times without picture are named", () => {
    expect(row).toContain("佐藤　花子 09:00:10–09:01:13 (1分3秒)");
  });
});

test("a duration is never taken for a time of day", () => {
  expect([durationWords(24_000, "ja"), durationWords(3_725_000, "ja")]).toEqual(["0分24秒", "1時間2分5秒"]);
  expect([durationWords(24_000, "en"), durationWords(3_725_000, "en")]).toEqual(["0 min 24 s", "1 h 2 min 5 s"]);
});

test("months go over the year's end", () => {
  expect([monthAfter("2026-12", 1), monthAfter("2026-01", -1)]).toEqual(["2027-01", "2025-12"]);
});
