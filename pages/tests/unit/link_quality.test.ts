import { describe, expect, test } from "vitest";
import { countersOf, qualityBetween, worst, worseOf, type Counters } from "../../call/link_quality";

const counters = (changes: Partial<Counters> = {}): Counters => ({
  at_ms: 0,
  packets_received: 0,
  packets_lost: 0,
  frames_decoded: 0,
  bytes_received: 0,
  bytes_sent: 0,
  audio_energy: 0,
  round_trip_ms: 40,
  ...changes,
});

describe("link quality", () => {
  const between = (after: Partial<Counters>, sent = { video: true, audio: true }) =>
    qualityBetween(counters(), counters({ packets_received: 1_000, frames_decoded: 120, ...after }), sent);

  test("is good when packets come, in time and whole", () => {
    expect(between({})).toEqual({ quality: "good", round_trip_ms: 40, loss_permille: 0 });
  });

  test.each([
    [29, "good"],
    [31, "fair"],
    [112, "poor"],
  ])("%d lost packets of a thousand received are %s", (lost, quality) => {
    expect(between({ packets_lost: lost }).quality).toBe(quality);
  });

  test.each([
    [299, "good"],
    [300, "fair"],
    [600, "poor"],
  ])("a round trip of %d ms is %s", (round_trip_ms, quality) => {
    expect(between({ round_trip_ms }).quality).toBe(quality);
  });

  test("a frozen picture is poor, unless none is sent", () => {
    expect(between({ frames_decoded: 0 }).quality).toBe("poor");
    expect(between({ frames_decoded: 0 }, { video: false, audio: true }).quality).toBe("good");
  });

  test("nothing at all is lost, unless nothing is sent: somebody without camera and microphone is no bad line", () => {
    expect(between({ packets_received: 0 }).quality).toBe("lost");
    expect(between({ packets_received: 0 }, { video: false, audio: false }).quality).toBe("good");
  });

  test("counters that a new connection began anew are no negative loss", () => {
    expect(qualityBetween(counters({ packets_lost: 50 }), counters({ packets_received: 10, frames_decoded: 1 }), { video: true, audio: true }).loss_permille).toBe(0);
  });

  test("of several links the worst counts", () => {
    const links = (["good", "poor", "fair"] as const).map((quality) => ({ quality, round_trip_ms: undefined, loss_permille: 0 }));
    expect(worst(links)?.quality).toBe("poor");
    expect(worst([])).toBeUndefined();
    expect(worseOf("lost", "poor")).toBe("lost");
  });

  test("sums what getStats tells of the streams, and takes the pair in use", () => {
    const report: [string, unknown][] = [
      ["a", { type: "inbound-rtp", packetsReceived: 10, packetsLost: 1, totalAudioEnergy: 0.5 }],
      ["v", { type: "inbound-rtp", packetsReceived: 20, packetsLost: -1, framesDecoded: 7 }],
      ["o", { type: "outbound-rtp", bytesSent: 99 }],
      ["p", { type: "candidate-pair", nominated: false, currentRoundTripTime: 9 }],
      ["q", { type: "candidate-pair", nominated: true, currentRoundTripTime: 0.0421 }],
    ];
    expect(countersOf(report, 5)).toMatchObject({ packets_received: 30, packets_lost: 0, frames_decoded: 7, bytes_sent: 99, audio_energy: 0.5, round_trip_ms: 42 });
  });
});
