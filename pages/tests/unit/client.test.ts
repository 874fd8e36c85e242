import { describe, expect, test } from "vitest";
import { boardAfter, boardOf, comeBack, readToken, type EventFrame, type RoomCard } from "../../client";

const card = (room: string): RoomCard => ({
  room,
  phase: "scheduled",
  starts_at: "2026-11-24T01:00:00.000Z",
  duration_min: 15,
  menu: "オンライン診療再診",
  is_test: false,
  locked: false,
  patients: [],
  doctors: [],
  participants: [],
  invitations: [],
  meter: { doctor_in_room_ms: 0, running: false, units: 0, additional_participants: 0, total_yen_ex_tax: 0 },
  bill_revision: 0,
});

const event = (room: string, next: RoomCard | null) =>
  ({ type: "event", name: "room.locked", epoch: 1, seq: 2, at: "", by: { role: "staff" }, key: `room:${room}`, card: next }) as EventFrame;

describe("board", () => {
  const board = boardOf({ clinic: { name: "c" }, doctors: [], cards: [card("r1"), card("r2")] });

  test("an event replaces one card and leaves the others the same objects", () => {
    const after = boardAfter(board, event("r1", { ...card("r1"), locked: true }));
    expect(after.cards.get("r1")?.locked).toBe(true);
    expect(after.cards.get("r2")).toBe(board.cards.get("r2"));
    expect(board.cards.get("r1")?.locked).toBe(false);
  });

  test("null takes a card off", () => {
    expect([...boardAfter(board, event("r1", null)).cards.keys()]).toEqual(["r2"]);
  });
});

describe("token", () => {
  test("claims are read as UTF-8", () => {
    const body = Buffer.from(JSON.stringify({ sub: "p1", role: "patient", exp: 1, name: "花子" })).toString("base64url");
    expect(readToken(`e30.${body}.sig`)).toMatchObject({ name: "花子" });
  });

  test.each(["", "abc", "a.b.c", "e30.e30.x", `x.${Buffer.from("[1]").toString("base64url")}.y`])("%j is none", (text) => {
    expect(readToken(text)).toBeUndefined();
  });
});

test("the range of a close code says what to do", () => {
  expect([4000, 4100, 4101, 4102, 4200, 4208, 1009].map((code) => comeBack(code, true))).toEqual([
    "now",
    "window",
    "later",
    "later",
    "never",
    "never",
    "never",
  ]);
  expect([comeBack(1006, true), comeBack(1006, false)]).toEqual(["now", "later"]);
});
