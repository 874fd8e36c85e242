import { useEffect, useRef } from "preact/hooks";
import type { JSX } from "preact";
import { mediaProblemText } from "./call_text";
import { CheckRow } from "./check_row";
import { deviceTestText } from "./device_test_text";
import { helpText, type BrowserKind } from "./help_text";
import type { OwnMedia } from "./own_media";

/** One's own picture, mirrored as everybody knows it. */
export function CameraCheck({ media, browser }: { media: OwnMedia; browser: BrowserKind }): JSX.Element {
  const text = deviceTestText();
  const video = useRef<HTMLVideoElement>(null);
  const track = media.video.value;
  const problem = media.videoProblem.value;
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = track === undefined ? null : new MediaStream([track]);
  }, [track]);
  return (
    <CheckRow icon="camera" label={text.camera} good={track !== undefined}>
      {track !== undefined && (
        <>
          <video class="check-picture" ref={video} autoPlay playsInline muted />
          <p>{text.cameraGood}</p>
        </>
      )}
      {problem !== undefined && (
        <div class="notice doubt" role="alert">
          <p>
            {mediaProblemText(problem, text.camera)} {helpText(problem, browser)}
          </p>
        </div>
      )}
    </CheckRow>
  );
}
