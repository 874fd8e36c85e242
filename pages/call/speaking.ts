import { signal, type ReadonlySignal } from "@preact/signals";

const look_every_ms = 250;
/** Of full scale; quiet rooms are below. */
const threshold = 0.02;
/** A pause for breath does not change the picture. */
const hold_ms = 1_500;

/** Who of the streams speaks, by key; the last one keeps the word until another takes it. Sound is measured, not kept. */
export function watchSpeaking(streams: () => ReadonlyMap<string, MediaStream>): { speaker: ReadonlySignal<string | undefined>; stop(): void } {
  const speaker = signal<string | undefined>(undefined);
  const context = "AudioContext" in globalThis ? new AudioContext() : undefined;
  const taps = new Map<string, { stream: MediaStream; analyser: AnalyserNode; source: MediaStreamAudioSourceNode }>();
  let spokeAt = 0;
  const drop = (key: string) => {
    taps.get(key)?.source.disconnect();
    taps.delete(key);
  };
  const look = () => {
    if (context === undefined) return;
    const now = streams();
    for (const [key, tap] of taps) if (now.get(key) !== tap.stream) drop(key);
    for (const [key, stream] of now) {
      if (taps.has(key) || stream.getAudioTracks().length === 0) continue;
      const [source, analyser] = [context.createMediaStreamSource(stream), context.createAnalyser()];
      analyser.fftSize = 512;
      source.connect(analyser);
      taps.set(key, { stream, analyser, source });
    }
    const [loudest, level] = [...taps].map(([key, { analyser }]) => [key, levelOf(analyser)] as const).reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0] as readonly [string, number]);
    const at = performance.now();
    if (level < threshold) return;
    if (loudest === speaker.value || speaker.value === undefined || at - spokeAt > hold_ms) {
      speaker.value = loudest;
      spokeAt = at;
    }
  };
  // Where pages may make no sound before a touch, they may not listen either.
  const wake = () => void context?.resume();
  window.addEventListener("pointerdown", wake, { once: true });
  const timer = setInterval(look, look_every_ms);
  return {
    speaker,
    stop: () => {
      clearInterval(timer);
      window.removeEventListener("pointerdown", wake);
      for (const key of [...taps.keys()]) drop(key);
      void context?.close();
    },
  };
}

/** Root mean square of the last moment, 0 to 1. */
export function levelOf(analyser: AnalyserNode): number {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  return Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
}
