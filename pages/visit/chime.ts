/** Browsers give sound only to pages that were touched: called on the tap that begins the visit. */
export function allowChime(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    // No sound: the title, the screen and the vibration tell as well.
  }
}

let context: AudioContext | undefined;

const notes_hz = [659.3, 880];
const note_s = 0.45;
const volume = 0.16;

/** Two soft notes and a short vibration: the doctor calls. */
export function chime(): void {
  navigator.vibrate?.([200, 120, 200]);
  const sound = context;
  if (sound === undefined || sound.state !== "running") return;
  notes_hz.forEach((frequency_hz, index) => {
    const begins_s = sound.currentTime + index * note_s * 0.6;
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    tone.frequency.value = frequency_hz;
    loudness.gain.setValueAtTime(0, begins_s);
    loudness.gain.linearRampToValueAtTime(volume, begins_s + 0.03);
    loudness.gain.exponentialRampToValueAtTime(0.001, begins_s + note_s);
    tone.connect(loudness).connect(sound.destination);
    tone.start(begins_s);
    tone.stop(begins_s + note_s);
  });
}
