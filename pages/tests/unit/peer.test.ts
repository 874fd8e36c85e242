import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { patience, Peer, type Signal } from "../../call/peer";
import { FakePeerConnection } from "./fake_peer_connection";

class FakeStream {
  addTrack(): void {
    // Nothing is drawn here.
  }
}

const sides: { peer: Peer; sent: Signal[] }[] = [];

function side(page: string, polite: boolean) {
  const sent: Signal[] = [];
  const peer = new Peer({
    polite,
    iceServers: [],
    own: { video: undefined, audio: undefined },
    send: (signal) => sent.push(signal),
    onChange: () => undefined,
    make: () => new FakePeerConnection(page) as unknown as RTCPeerConnection,
  });
  sides.push({ peer, sent });
  return { peer, sent };
}

const settle = () => vi.advanceTimersByTimeAsync(0);
const last = () => FakePeerConnection.made[FakePeerConnection.made.length - 1]!;
const offerOf = (page: string): Signal => ({ description: { type: "offer", sdp: `v=0\na=fingerprint:${page}\n` } });

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", FakeStream);
  FakePeerConnection.made.length = 0;
});

afterEach(() => {
  for (const { peer } of sides.splice(0)) peer.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("peer", () => {
  test("whoever calls offers, the other answers with both directions", async () => {
    const [one, other] = [side("one", false), side("other", true)];
    one.peer.call();
    await settle();
    expect(one.sent).toHaveLength(1);
    await other.peer.take(one.sent[0]!);
    expect(other.sent[0]).toMatchObject({ description: { type: "answer" } });
    expect(FakePeerConnection.made[1]!.getTransceivers().map((each) => each.direction)).toEqual(["sendrecv", "sendrecv"]);
    await one.peer.take(other.sent[0]!);
    expect(FakePeerConnection.made[0]!.signalingState).toBe("stable");
  });

  test("when both offer at once the impolite one's offer stands", async () => {
    const [rude, polite] = [side("rude", false), side("polite", true)];
    rude.peer.call();
    polite.peer.call();
    await settle();
    await rude.peer.take(polite.sent[0]!);
    expect(FakePeerConnection.made[0]!.taken).toEqual([]);
    await polite.peer.take(rude.sent[0]!);
    expect(polite.sent[polite.sent.length - 1]).toMatchObject({ description: { type: "answer" } });
  });

  test("an offer of a page that was loaded anew begins a new connection, for either side", async () => {
    for (const polite of [true, false]) {
      const { peer, sent } = side("here", polite);
      await peer.take(offerOf("first"));
      const former = last();
      former.become("connected");
      await peer.take(offerOf("second"));
      expect(former.closed).toBe(true);
      expect(last()).not.toBe(former);
      expect(sent[sent.length - 1]).toMatchObject({ description: { type: "answer" } });
    }
  });

  test("an answer of a page that was loaded anew, which knows nothing of the connection, begins a new one too", async () => {
    const { peer, sent } = side("here", false);
    await peer.take(offerOf("first"));
    const former = last();
    former.become("connected");
    former.restartIce();
    await settle();
    await peer.take({ description: { type: "answer", sdp: "v=0\na=fingerprint:second\n" } });
    await settle();
    expect(former.closed).toBe(true);
    expect(sent[sent.length - 1]).toMatchObject({ description: { type: "offer" } });
    expect(last().getTransceivers()).toHaveLength(2);
  });

  test("an offer of the same page, as after a change of network, keeps the connection", async () => {
    const { peer } = side("here", true);
    await peer.take(offerOf("there"));
    const connection = last();
    connection.become("connected");
    await peer.take(offerOf("there"));
    expect(connection.closed).toBe(false);
    expect(FakePeerConnection.made).toHaveLength(1);
  });

  test("a late answer to nothing is passed over", async () => {
    const { peer } = side("here", true);
    await peer.take({ description: { type: "answer", sdp: "" } });
    expect(last().taken).toEqual([]);
  });

  test("a disturbance may heal by itself for three seconds, a failure is met at once", async () => {
    const { peer } = side("here", false);
    await peer.take(offerOf("there"));
    const connection = last();
    connection.become("connected");
    connection.become("disconnected");
    await vi.advanceTimersByTimeAsync(patience.disconnected_ms - 1);
    expect(connection.restarts).toBe(0);
    connection.become("connected");
    await vi.advanceTimersByTimeAsync(10);
    expect(connection.restarts).toBe(0);
    connection.become("failed");
    expect(connection.restarts).toBe(1);
  });

  test("what stays dead is begun anew, first by the one who does not give way", async () => {
    for (const [polite, wait_ms] of [
      [false, patience.dead_ms],
      [true, patience.dead_ms + patience.disconnected_ms],
    ] as const) {
      side("here", polite);
      const former = last();
      await vi.advanceTimersByTimeAsync(wait_ms - 1);
      expect(former.closed).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(former.closed).toBe(true);
      sides.pop()!.peer.close();
    }
  });

  test("an offer that was lost with the line is said again when the line is back", async () => {
    const { peer, sent } = side("here", false);
    peer.call();
    await settle();
    peer.nudge(false);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
  });
});
