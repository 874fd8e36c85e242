import { useEffect, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import { mediaProblemText } from "./call_text";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { helpText, type BrowserKind } from "./help_text";
import type { OwnMedia } from "./own_media";
import { levelOf } from "./speaking";
import { VoiceMeter } from "./voice_meter";

/** Whoever was asked to speak and is not heard for so long is helped. */
const silence_ms = 6_000;

export interface MicrophoneCheckProps {
  media: OwnMedia;
  browser: BrowserKind;
  heard: boolean;
  onHeard(): void;
}

/** A bar that moves with the voice. */
export function MicrophoneCheck({ media, browser, heard, onHeard }: MicrophoneCheckProps): JSX.Element {
  const text = deviceTestText();
  const bar = useRef<HTMLSpanElement>(null);
  const [silent, setSilent] = useState(false);
  const track = media.audio.value;
  const problem = media.audioProblem.value;
  useEffect(() => {
    if (track === undefined || !("AudioContext" in globalThis)) return;
    const context = new AudioContext();
    const [source, analyser] = [context.createMediaStreamSource(new MediaStream([track])), context.createAnalyser()];
    analyser.fftSize = 1024;
    source.connect(analyser);
    // Safari starts it asleep unless a tap did it just now.
    void context.resume();
    const timer = setTimeout(() => setSilent(true), silence_ms);
    const voice = new VoiceMeter();
    let frame = 0;
    const look = () => {
      const level = levelOf(analyser);
      if (bar.current !== null) bar.current.style.transform = `scaleX(${Math.min(1, Math.sqrt(level * 4))})`;
      if (voice.note(level, performance.now())) onHeard();
      frame = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      source.disconnect();
      void context.close();
    };
  }, [track]);
  return (
    <CheckRow icon="microphone" label={text.microphone} good={heard}>
      {track !== undefined && (
        <>
          <span class="check-level" role="img" aria-label={text.level}>
            <span ref={bar} />
          </span>
          <p role="status">{heard ? text.microphoneGood : silent ? text.microphoneSilent : text.microphoneSpeak}</p>
        </>
      )}
      {problem !== undefined && (
        <div class="notice doubt" role="alert">
          <p>
            {mediaProblemText(problem, text.microphone)} {helpText(problem, browser)}
          </p>
        </div>
      )}
    </CheckRow>
  );
}
