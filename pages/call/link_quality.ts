import type { CallQuality, Media } from "../client";

/** One look at a connection's counters, as getStats tells them. */
export interface Counters {
  at_ms: number;
  packets_received: number;
  packets_lost: number;
  frames_decoded: number;
  bytes_received: number;
  bytes_sent: number;
  audio_energy: number;
  round_trip_ms: number | undefined;
}

export interface LinkQuality {
  quality: CallQuality;
  round_trip_ms: number | undefined;
  loss_permille: number;
}

/** Above these a talk begins to suffer, or is no talk any more (ITU-T G.114 for delay; loss as opus conceals it). */
const limits = { fair_round_trip_ms: 300, poor_round_trip_ms: 600, fair_loss_permille: 30, poor_loss_permille: 100 } as const;

/** How it went between two looks. `sent`: what the other side says that it sends; who sends nothing is not lost. */
export function qualityBetween(before: Counters, after: Counters, sent: Media): LinkQuality {
  const received = after.packets_received - before.packets_received;
  const lost = Math.max(0, after.packets_lost - before.packets_lost);
  const loss_permille = received + lost <= 0 ? 0 : Math.round((1000 * lost) / (received + lost));
  const round_trip_ms = after.round_trip_ms;
  const frozen = sent.video && after.frames_decoded === before.frames_decoded;
  const quality = worseOf(byLoss(loss_permille), byRoundTrip(round_trip_ms));
  if (received <= 0 && (sent.video || sent.audio)) return { quality: "lost", round_trip_ms, loss_permille };
  return { quality: frozen ? worseOf("poor", quality) : quality, round_trip_ms, loss_permille };
}

const order: readonly CallQuality[] = ["good", "fair", "poor", "lost"];

export function worseOf(one: CallQuality, other: CallQuality): CallQuality {
  return order.indexOf(one) > order.indexOf(other) ? one : other;
}

/** The worst of several links; nothing without any. */
export function worst(links: readonly LinkQuality[]): LinkQuality | undefined {
  return links.reduce<LinkQuality | undefined>(
    (found, each) => (found === undefined || order.indexOf(each.quality) > order.indexOf(found.quality) ? each : found),
    undefined,
  );
}

function byLoss(loss_permille: number): CallQuality {
  if (loss_permille >= limits.poor_loss_permille) return "poor";
  return loss_permille >= limits.fair_loss_permille ? "fair" : "good";
}

function byRoundTrip(round_trip_ms: number | undefined): CallQuality {
  if (round_trip_ms === undefined || round_trip_ms < limits.fair_round_trip_ms) return "good";
  return round_trip_ms >= limits.poor_round_trip_ms ? "poor" : "fair";
}

/** Sums of a connection's streams (Identifiers for WebRTC's Statistics API). */
export function countersOf(report: Iterable<[string, unknown]>, at_ms: number): Counters {
  const sums: Counters = {
    at_ms,
    packets_received: 0,
    packets_lost: 0,
    frames_decoded: 0,
    bytes_received: 0,
    bytes_sent: 0,
    audio_energy: 0,
    round_trip_ms: undefined,
  };
  for (const [, entry] of report) {
    const each = entry as Record<string, unknown>;
    if (each["type"] === "inbound-rtp") {
      sums.packets_received += number(each["packetsReceived"]);
      sums.packets_lost += number(each["packetsLost"]);
      sums.frames_decoded += number(each["framesDecoded"]);
      sums.bytes_received += number(each["bytesReceived"]);
      sums.audio_energy += number(each["totalAudioEnergy"]);
    } else if (each["type"] === "outbound-rtp") {
      sums.bytes_sent += number(each["bytesSent"]);
    } else if (each["type"] === "candidate-pair" && each["nominated"] === true && each["currentRoundTripTime"] !== undefined) {
      sums.round_trip_ms = Math.round(1000 * number(each["currentRoundTripTime"]));
    }
  }
  return sums;
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
