import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Command, ReplyFrame } from "../../client";
import { ActionDesk } from "../../console/action_desk";
import { nameFault } from "../../console/guest_name";
import { linkMood } from "../../console/link_mood";
import { refusalOfLink, refusalOfToken } from "../../console/refusal";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function desk(answer: "ok" | "locked" = "ok") {
  const sent: Command[] = [];
  const answers: ((reply: ReplyFrame) => void)[] = [];
  const made = new ActionDesk((command) => {
    sent.push(command);
    return new Promise((resolve) => answers.push(resolve));
  });
  const reply: ReplyFrame =
    answer === "ok"
      ? { type: "reply", id: "1", ok: true, seq: 9 }
      : { type: "reply", id: "1", ok: false, error: { code: "room_locked", message: "", retryable: true } };
  return { made, sent, answer: () => answers.shift()?.(reply) };
}

const lock: Command = { type: "lock_room", room: "a" };
const unlock: Command = { type: "unlock_room", room: "a" };

test("a double tap has one effect, also when the button has changed its meaning by the second", async () => {
  const { made, sent, answer } = desk();
  const first = made.run("a", "lock", lock);
  expect(await made.run("a", "lock", lock)).toBeUndefined();
  answer();
  await first;
  expect(await made.run("a", "lock", unlock)).toBeUndefined();
  expect(sent).toEqual([lock]);
  vi.advanceTimersByTime(700);
  void made.run("a", "lock", unlock);
  expect(sent).toEqual([lock, unlock]);
});

test("other slots and other rooms do not wait", () => {
  const { made, sent } = desk();
  void made.run("a", "lock", lock);
  void made.run("b", "lock", { ...lock, room: "b" });
  void made.run("a", "end", { type: "end_consultation", room: "a" });
  expect(sent.length).toBe(3);
});

test("pending becomes done, which is said for a while", async () => {
  const { made, answer } = desk();
  const run = made.run("a", "lock", lock);
  expect(made.of("a").value.get("lock")?.phase).toBe("pending");
  answer();
  await run;
  expect(made.of("a").value.get("lock")?.phase).toBe("settling");
  vi.advanceTimersByTime(700);
  expect(made.of("a").value.get("lock")?.phase).toBe("done");
  vi.advanceTimersByTime(5_000);
  expect(made.of("a").value.size).toBe(0);
});

test("a refusal stays until it is read", async () => {
  const { made, answer } = desk("locked");
  const run = made.run("a", "person:p", { type: "admit", room: "a", person: "p" });
  answer();
  await run;
  vi.advanceTimersByTime(60_000);
  expect(made.of("a").value.get("person:p")).toEqual({ action: "admit", phase: "failed", code: "room_locked" });
  made.dismiss("a", "person:p");
  expect(made.of("a").value.size).toBe(0);
});

test("a screen is live, reconnecting or old, and never trusted while it is not fresh", () => {
  expect(linkMood({ phase: "live" }, true, 19_000, true)).toBe("live");
  expect(linkMood({ phase: "lost", since: 0, retry_at: 1 }, false, 9_000, true)).toBe("reconnecting");
  expect(linkMood({ phase: "connecting", since: 0 }, false, 11_000, true)).toBe("stale");
  expect(linkMood({ phase: "live" }, true, 0, false)).toBe("opening");
  expect(linkMood({ phase: "ended", code: 4201 }, false, 0, true)).toBe("ended");
});

test("every way of being refused has its page", () => {
  const claims = { sub: "s", role: "staff", clinic: "c", exp: 2_000_000_000 } as const;
  expect(refusalOfToken(undefined, false, 0)).toBe("none");
  expect(refusalOfToken(undefined, true, 0)).toBe("garbled");
  expect(refusalOfToken({ ...claims, role: "patient" }, true, 0)).toBe("role");
  expect(refusalOfToken({ ...claims, exp: 1 }, true, 1e12)).toBe("expired");
  expect(refusalOfToken(claims, true, 0)).toBeUndefined();
  const codes = [4200, 4201, 4202, 4203, 4204, 4206, 4208];
  expect(codes.map((code) => refusalOfLink({ phase: "ended", code }))).toEqual([
    "unauthenticated",
    "expired",
    "revoked",
    "role",
    "removed",
    "fault",
    "replaced",
  ]);
  expect(refusalOfLink({ phase: "live" })).toBeUndefined();
});

test("a guest's name is checked as the engine will", () => {
  expect(nameFault("")).toBe("missing");
  expect(nameFault("山田 花子")).toBeUndefined();
  expect(nameFault("a\u202eb")).toBe("wrong");
  expect(nameFault("😀".repeat(100))).toBeUndefined();
  expect(nameFault("a".repeat(101))).toBe("wrong");
});
