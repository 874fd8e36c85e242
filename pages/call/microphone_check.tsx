import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { mediaProblemText } from "./call_text";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { helpText, type BrowserKind } from "./help_text";
import type { OwnMedia } from "./own_media";
import { levelOf } from "./speaking";

/** Of full scale: a voice at arm's length is above, a quiet room below. */
const voice_level = 0.02;

export interface MicrophoneCheckProps {
  media: OwnMedia;
  browser: BrowserKind;
  heard: boolean;
  onHeard(): void;
}

/** A bar that moves with the voice. */
export function MicrophoneCheck({ media, browser, heard, onHeard }: MicrophoneCheckProps): JSX.Element {
  const text = deviceTestText();
  const bar = useRef<HTMLMeterElement>(null);
  const track = media.audio.value;
  const problem = media.audioProblem.value;
  useEffect(() => {
    if (track === undefined || !("AudioContext" in globalThis)) return;
    const context = new AudioContext();
    const [source, analyser] = [context.createMediaStreamSource(new MediaStream([track])), context.createAnalyser()];
    analyser.fftSize = 1024;
    source.connect(analyser);
    let frame = 0;
    const look = () => {
      const level = levelOf(analyser);
      if (bar.current !== null) bar.current.value = Math.min(1, Math.sqrt(level * 4));
      if (level > voice_level) onHeard();
      frame = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(frame);
      source.disconnect();
      void context.close();
    };
  }, [track]);
  return (
    <CheckRow icon="microphone" label={text.microphone} good={heard}>
      {track !== undefined && (
        <>
          <meter class="check-level" ref={bar} min={0} max={1} aria-label={text.level} />
          <p role="status">{heard ? text.microphoneGood : text.microphoneSpeak}</p>
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
