import { expect, test } from "vitest";
import { VoiceMeter } from "../../call/voice_meter";

/** Looks once a frame; `loud_ms` of each second are loud. Gives after how many milliseconds a voice was heard. */
function heardAfter(loud_ms: number, seconds: number): number | undefined {
  const meter = new VoiceMeter();
  for (let now_ms = 0; now_ms < seconds * 1_000; now_ms += 20) {
    const loud = now_ms < 1_000 && now_ms < loud_ms;
    if (meter.note(loud ? 0.3 : 0.001, now_ms)) return now_ms;
  }
  return undefined;
}

test("microphone: a knock is no voice, a word is", () => {
  expect(heardAfter(120, 10)).toBeUndefined();
  expect(heardAfter(600, 10)).toBeLessThan(400);
});

test("microphone: what nobody listened to does not count", () => {
  const meter = new VoiceMeter();
  expect(meter.note(0.3, 0)).toBe(false);
  expect(meter.note(0.3, 60_000)).toBe(false);
});
