// @vitest-environment happy-dom
import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Call } from "../../call/call";
import type { OwnMedia } from "../../call/own_media";
import type { AnyFrame, Endpoint, ReplyFrame } from "../../client";
import type { LiveLink } from "../../shared/live_link";
import { FakePeerConnection } from "./fake_peer_connection";

const room = "v1";
const me: Endpoint = { person: "p1", device: "here" };
const other: Endpoint = { person: "dr", device: "desk" };
const joined = { ok: true, seq: 1, ice_servers: [] };

class FakeStream {
  addTrack(): void {
    // Nothing is drawn here.
  }
}

/** A line that answers every command with `answer`, and keeps what was said. */
function fakeLink() {
  const said: Record<string, unknown>[] = [];
  const listeners = new Set<(frame: AnyFrame) => void>();
  const line = {
    said,
    answer: joined as object,
    tell: (frame: object) => listeners.forEach((each) => each(frame as AnyFrame)),
    types: () => said.map((each) => each["type"]),
  };
  const link = {
    connection: {
      send: (command: Record<string, unknown>) => {
        said.push(command);
        return Promise.resolve({ type: "reply", id: "1", ...line.answer } as ReplyFrame);
      },
      pass: (command: Record<string, unknown>) => said.push(command),
    },
    listen: (listener: (frame: AnyFrame) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as LiveLink;
  return { line, link };
}

function fakeMedia(settled = true) {
  const [video, audio] = [signal(undefined), signal(undefined)];
  const sends = signal({ video: true, audio: true });
  const media = { video, audio, settled: signal(settled), sends: (kind: "video" | "audio") => sends.value[kind] };
  return { sends, settled: media.settled, media: media as unknown as OwnMedia };
}

const calls: Call[] = [];

async function inCall(settled = true) {
  const { line, link } = fakeLink();
  const own = fakeMedia(settled);
  const call = new Call({
    link,
    room,
    me,
    media: own.media,
    companion: () => ({ unstable: false }),
    makeConnection: () => new FakePeerConnection("here") as unknown as RTCPeerConnection,
  });
  calls.push(call);
  call.start();
  await settle();
  return { call, line, ...own };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const roster = (endpoints: Endpoint[], left: Endpoint[] = []) => ({ type: "call", room, endpoints, left });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakePeerConnection.made.length = 0;
});

afterEach(() => {
  for (const call of calls.splice(0)) call.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("a call", () => {
  test("is joined at once, and again after every welcome; what is sent is said after each entry", async () => {
    const { line } = await inCall();
    expect(line.types()).toEqual(["join_call", "set_media"]);
    line.tell({ type: "welcome" });
    await settle();
    expect(line.types()).toEqual(["join_call", "set_media", "join_call", "set_media"]);
  });

  test("says nothing of camera and microphone while the browser still asks for them", async () => {
    const { line, settled } = await inCall(false);
    expect(line.types()).toEqual(["join_call"]);
    settled.value = true;
    expect(line.said[1]).toEqual({ type: "set_media", room, video: true, audio: true });
  });

  test("says a change of what is sent once", async () => {
    const { line, sends } = await inCall();
    sends.value = { video: false, audio: true };
    sends.value = { video: false, audio: true };
    expect(line.said.slice(2)).toEqual([{ type: "set_media", room, video: false, audio: true }]);
  });

  test("whoever comes in calls those who are there, and nobody of the own person", async () => {
    const { line } = await inCall();
    line.tell(roster([me, { person: me.person, device: "tablet" }, other]));
    await settle();
    const offers = line.said.filter((each) => each["type"] === "send_signal");
    expect(offers).toMatchObject([{ to: other, description: { type: "offer" } }]);
  });

  test("whoever is there awaits the offer of one who comes, and makes one when none comes", async () => {
    const { line } = await inCall();
    line.tell(roster([me]));
    line.tell(roster([me, other]));
    await settle();
    expect(line.types()).not.toContain("send_signal");
    await vi.advanceTimersByTimeAsync(7_000);
    expect(line.types()).toContain("send_signal");
  });

  test("takes down at once who left, and keeps a connected device that is in neither list until it falls silent", async () => {
    const { call, line } = await inCall();
    line.tell(roster([me, other]));
    const connection = FakePeerConnection.made[0]!;
    connection.become("connected");
    line.tell(roster([me]));
    expect(call.remotes.value.map((each) => each.endpoint)).toEqual([other]);
    connection.become("failed");
    expect(call.remotes.value).toEqual([]);
    line.tell(roster([me, other]));
    line.tell(roster([me], [other]));
    expect(call.remotes.value).toEqual([]);
  });

  test("whom no way leads to is told of, until one is found", async () => {
    const { call, line } = await inCall();
    line.tell(roster([me, other]));
    const unreachable = () => call.remotes.value.map((each) => each.unreachable);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(unreachable()).toEqual([false]);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(unreachable()).toEqual([true]);
    FakePeerConnection.made.at(-1)!.become("connected");
    expect(unreachable()).toEqual([false]);
    FakePeerConnection.made.at(-1)!.become("disconnected");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(unreachable()).toEqual([false]);
  });

  test("sends each the less the more there are", async () => {
    const { line } = await inCall();
    const bitrate = () => FakePeerConnection.made[0]!.getTransceivers()[1]!.sender.encodings[0]!.maxBitrate;
    line.tell(roster([me, other]));
    FakePeerConnection.made[0]!.become("connected");
    expect(bitrate()).toBe(750_000);
    const family = ["a", "b", "c"].map((person) => ({ person, device: "phone" }));
    line.tell(roster([me, other, ...family]));
    expect(bitrate()).toBe(300_000);
    line.tell(roster([me, other], family));
    expect(bitrate()).toBe(750_000);
  });

  test("that is full says so, and is tried again by itself", async () => {
    const { call, line } = await inCall();
    line.answer = { ok: false, error: { code: "limit_reached", message: "", retryable: true } };
    line.tell({ type: "welcome" });
    await settle();
    expect(call.state.value).toEqual({ phase: "refused", code: "limit_reached" });
    line.answer = joined;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(call.state.value).toEqual({ phase: "in" });
  });

  test("frees its seat when the page goes, and does not begin once it was stopped", async () => {
    const { line } = await inCall();
    window.dispatchEvent(new Event("pagehide"));
    expect(line.types().pop()).toBe("leave_call");
    const late = fakeLink();
    const call = new Call({ link: late.link, room, me, media: fakeMedia().media, companion: () => undefined });
    call.stop();
    call.start();
    await settle();
    expect(late.line.types()).toEqual(["leave_call"]);
  });
});
