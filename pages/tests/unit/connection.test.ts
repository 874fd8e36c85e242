import { describe, expect, test } from "vitest";
import { Connection, timing, type AnyFrame, type LinkState, type ReplyFrame } from "../../client";
import { FakeLine } from "./fake_line";

function connected(options: { room?: string; ask_after_ms?: number; retry_max_ms?: number } = {}) {
  const line = new FakeLine();
  const frames: AnyFrame[] = [];
  const states: LinkState[] = [];
  const connection = new Connection({
    url: "ws://engine/ws",
    token: "token-1",
    device: "d1",
    ...options,
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    surroundings: line,
  });
  connection.start();
  return { line, frames, states, connection };
}

const clinicEvent = (seq: number, more = false) => ({
  type: "event",
  name: "clinic.changed",
  epoch: 1,
  seq,
  at: "2026-11-24T00:00:00.000Z",
  by: { role: "operator" },
  key: "clinic",
  clinic: { name: "c" },
  ...(more ? { more: true } : {}),
});

const beat = (seq: number) => ({ type: "beat", epoch: 1, seq, at: "2026-11-24T00:00:00.000Z" });

describe("connection", () => {
  test("says hello with token, room and device, and on its return where it was", () => {
    const { line } = connected({ room: "r1" });
    line.socket.welcome();
    expect(line.socket.said).toEqual([{ type: "hello", token: "token-1", room: "r1", device: "d1" }]);
    line.socket.tell(clinicEvent(7));
    line.socket.die(1006);
    line.pass(timing.retry_now_max_ms);
    line.socket.accept();
    expect(line.socket.said[0]).toMatchObject({ resume: { epoch: 1, seq: 7 } });
  });

  test("a position counts only with the last of its frames", () => {
    const { line } = connected();
    line.socket.welcome();
    line.socket.tell(clinicEvent(7));
    line.socket.tell(clinicEvent(8, true));
    line.socket.die(1006);
    line.pass(timing.retry_now_max_ms);
    line.socket.accept();
    expect(line.socket.said[0]).toMatchObject({ resume: { epoch: 1, seq: 7 } });
  });

  test("resumes also from the place before the first event", () => {
    const { line } = connected();
    line.socket.welcome("nothing_missed", 0);
    line.socket.die(1006);
    line.pass(timing.retry_now_max_ms);
    line.socket.accept();
    expect(line.socket.said[0]).toMatchObject({ resume: { epoch: 1, seq: 0 } });
  });

  test("a beat above what was seen means a frame is missing: reconnects at once", () => {
    const { line } = connected();
    line.socket.welcome("nothing_missed", 5);
    line.socket.tell(beat(5));
    expect(line.sockets).toHaveLength(1);
    line.socket.tell(beat(6));
    expect(line.sockets).toHaveLength(2);
  });

  test("two overdue beats mean the line is dead", () => {
    const { line, connection } = connected();
    line.socket.welcome();
    line.pass(22_000);
    expect(connection.fresh()).toBe(true);
    line.pass(2_000);
    expect(connection.fresh()).toBe(false);
    line.pass(15_000);
    expect(line.sockets).toHaveLength(1);
    line.pass(4_000);
    expect(line.sockets).toHaveLength(2);
  });

  test("after some silence asks for a beat, and gives up a line that has none", () => {
    const { line, connection } = connected({ ask_after_ms: 4_000 });
    line.socket.welcome("nothing_missed", 1);
    const asked = () => line.socket.said.filter((frame) => frame["type"] === "ask_beat").length;
    line.pass(5_000);
    expect(asked()).toBe(1);
    line.socket.tell(beat(1));
    expect(connection.silence_ms()).toBe(0);
    line.pass(5_000);
    expect(asked()).toBe(2);
    expect(connection.fresh()).toBe(true);
    line.pass(timing.beat_late_ms);
    expect(connection.fresh()).toBe(false);
    line.pass(timing.tick_ms);
    expect(line.sockets).toHaveLength(2);
  });

  test("a page that is seen again asks whether its line still lives", () => {
    const { line, connection } = connected();
    line.socket.welcome();
    line.pass(3_000);
    connection.wake(false);
    connection.wake(false);
    expect(line.socket.said.filter((frame) => frame["type"] === "ask_beat")).toHaveLength(1);
    line.pass(timing.beat_late_ms + timing.tick_ms);
    expect(line.sockets).toHaveLength(2);
  });

  test("whoever waits for an attempt can have a new one", () => {
    const { line, connection } = connected();
    line.pass(2_000);
    connection.wake(true);
    expect(line.sockets).toHaveLength(2);
    connection.wake(true);
    expect(line.sockets).toHaveLength(2);
  });

  test("what is not answered within its time is given up, and never asked again", async () => {
    const { line, connection } = connected();
    line.socket.welcome();
    const reply = connection.send({ type: "lock_room", room: "r1" }, 8_000);
    line.pass(8_000);
    expect(await reply).toMatchObject({ ok: false, error: { code: "timed_out", retryable: false } });
    line.socket.die(1006);
    line.pass(5_000);
    line.socket.welcome();
    expect(line.socket.said.map((each) => each["type"])).not.toContain("lock_room");
  });

  test("gives a socket that does not answer five seconds", () => {
    const { line, states } = connected();
    line.pass(timing.connect_timeout_ms);
    expect(states[states.length - 1]?.phase).toBe("lost");
  });

  test("backs off between failures and starts again small when the network returns", () => {
    const { line, connection } = connected();
    line.chance = 1;
    const waits: number[] = [];
    for (let failure = 0; failure < 7; failure += 1) {
      line.socket.die(1006);
      const before = line.now();
      const opened = line.sockets.length;
      while (line.sockets.length === opened) line.pass(100);
      waits.push(line.now() - before);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    line.socket.die(1006);
    connection.wake(true);
    line.socket.die(1006);
    line.pass(1_000);
    expect(connection.linkState().phase).toBe("connecting");
  });

  test.each([
    ["with a close that says so", 4100],
    ["without a word", 1006],
  ])("a planned restart spreads the return over the window it was given, also when the line ends %s", (_, code) => {
    const { line } = connected();
    line.socket.welcome();
    line.socket.tell({ type: "reconnect", window_ms: 5_000 });
    line.chance = 0.8;
    line.socket.die(code);
    line.pass(3_999);
    expect(line.sockets).toHaveLength(1);
    line.pass(1);
    expect(line.sockets).toHaveLength(2);
  });

  test("no wait between two attempts is longer than the page allows, none shorter than a moment", () => {
    const { line } = connected({ retry_max_ms: 5_000 });
    for (line.chance of [1, 1, 1, 1, 1]) {
      line.socket.die(1006);
      line.pass(5_000);
    }
    expect(line.sockets).toHaveLength(6);
    line.chance = 0;
    line.socket.die(1006);
    line.pass(timing.retry_now_max_ms - 1);
    expect(line.sockets).toHaveLength(6);
  });

  test("42xx is the end, with the engine's word for it", () => {
    const { line, states } = connected();
    line.socket.accept();
    line.socket.tell({ type: "error", error: { code: "token_expired", message: "", retryable: false } });
    line.socket.die(4201);
    line.pass(60_000);
    expect(line.sockets).toHaveLength(1);
    expect(states[states.length - 1]).toMatchObject({ phase: "ended", code: 4201, error: { code: "token_expired" } });
  });

  test("a command without an answer is repeated under its id on the next line", async () => {
    const { line, connection } = connected();
    line.socket.welcome();
    let answer: ReplyFrame | undefined;
    void connection.send({ type: "lock_room", room: "r1" }).then((reply) => (answer = reply));
    const id = line.socket.said[1]?.["id"];
    line.socket.die(1006);
    line.pass(timing.retry_now_max_ms);
    line.socket.welcome("nothing_missed", 1);
    expect(line.socket.said[1]).toEqual({ type: "lock_room", room: "r1", id });
    line.socket.tell({ type: "reply", id, ok: true, seq: 2 });
    await Promise.resolve();
    expect(answer).toMatchObject({ ok: true });
  });

  test("an outcome that is unknown is asked for again, not told", async () => {
    const { line, connection } = connected();
    line.socket.welcome();
    const answers: ReplyFrame[] = [];
    void connection.send({ type: "lock_room", room: "r1" }).then((reply) => answers.push(reply));
    const id = line.socket.said[1]?.["id"];
    line.socket.tell({ type: "reply", id, ok: false, error: { code: "timed_out", message: "", retryable: true } });
    line.pass(timing.retry_first_ms);
    expect(line.socket.said[2]).toEqual(line.socket.said[1]);
    await Promise.resolve();
    expect(answers).toEqual([]);
  });

  test("what is asked for at the welcome is asked once", () => {
    const line = new FakeLine();
    const connection: Connection = new Connection({
      url: "ws://engine/ws",
      token: "token-1",
      onFrame: () => undefined,
      onWelcome: () => void connection.send({ type: "enter_room", room: "r1" }),
      surroundings: line,
    });
    connection.start();
    line.socket.welcome();
    expect(line.socket.said.map((frame) => frame["type"])).toEqual(["hello", "enter_room"]);
  });

  test("what the lost line asked and is still worked on is asked for again", async () => {
    const { line, connection } = connected();
    line.socket.welcome();
    const answers: ReplyFrame[] = [];
    void connection.send({ type: "lock_room", room: "r1" }).then((reply) => answers.push(reply));
    const id = line.socket.said[1]?.["id"];
    line.socket.tell({ type: "reply", id, ok: false, error: { code: "in_flight", message: "", retryable: true } });
    line.pass(timing.retry_first_ms);
    line.socket.tell({ type: "reply", id, ok: true, seq: 2 });
    await Promise.resolve();
    expect(answers).toMatchObject([{ ok: true }]);
  });

  test("what is only passed on is lost without a line", () => {
    const { line, connection } = connected();
    connection.pass({ type: "report_quality", room: "r1", quality: "good" });
    line.socket.welcome();
    expect(line.socket.said).toHaveLength(1);
    connection.pass({ type: "report_quality", room: "r1", quality: "good" });
    expect(line.socket.said).toHaveLength(2);
  });

  test("a sleeping phone notices by the clock and does not trust its line", () => {
    const { line } = connected();
    line.socket.welcome();
    line.pass(21_500);
    line.sleep(600_000);
    line.pass(1_000);
    expect(line.sockets).toHaveLength(2);
  });

  test("a change of network replaces a line that still looks alive", () => {
    const { line, connection } = connected();
    line.socket.welcome();
    connection.wake(false);
    expect(line.sockets).toHaveLength(1);
    connection.wake(true);
    expect(line.sockets).toHaveLength(2);
  });

  test("an old socket's words and end mean nothing to the new one", () => {
    const { line, connection, frames } = connected();
    line.socket.welcome();
    const old = line.socket;
    connection.wake(true);
    line.socket.welcome();
    const heard = frames.length;
    old.tell(clinicEvent(9));
    old.die(4200);
    expect(frames).toHaveLength(heard);
    expect(connection.linkState().phase).toBe("live");
  });
});
