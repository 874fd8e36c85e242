import { speakThrough } from "./speaker_output";

const length_s = 1.2;
const rate_hz = 24_000;

/** Plays three soft notes through the chosen loudspeaker; settles when they have sounded, fails when they may not. */
export async function playTestTone(speaker: string | undefined): Promise<void> {
  const url = URL.createObjectURL(new Blob([wave()], { type: "audio/wav" }));
  try {
    const element = new Audio(url);
    await speakThrough(element, speaker);
    await element.play();
    await new Promise((done) => setTimeout(done, 1_000 * length_s));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** A WAV file (RIFF, PCM 16 bit, one channel). */
function wave(): ArrayBuffer {
  const samples = Math.floor(length_s * rate_hz);
  const file = new DataView(new ArrayBuffer(44 + 2 * samples));
  const text = (at: number, word: string) => [...word].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, 36 + 2 * samples, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, rate_hz, true);
  file.setUint32(28, 2 * rate_hz, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  text(36, "data");
  file.setUint32(40, 2 * samples, true);
  for (let index = 0; index < samples; index += 1) {
    const at_s = index / rate_hz;
    const note = Math.min(2, Math.floor((3 * at_s) / length_s));
    const inNote = (3 * at_s) / length_s - note;
    const level = 0.3 * Math.sin(Math.PI * inNote) * Math.sin(2 * Math.PI * [523, 659, 784][note]! * at_s);
    file.setInt16(44 + 2 * index, Math.round(32_767 * level), true);
  }
  return file.buffer as ArrayBuffer;
}
