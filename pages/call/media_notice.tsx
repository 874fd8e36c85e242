import { useState } from "preact/hooks";
import type { JSX } from "preact";
import { inAppBrowser } from "../shared/in_app_browser";
import { callText, mediaProblemText } from "./call_text";
import { browserKind, helpText } from "./help_text";
import type { OwnMedia } from "./own_media";

/** What this device does not give, what to do about it, and that the consultation goes on without. */
export function MediaNotice({ media }: { media: OwnMedia }): JSX.Element | null {
  const text = callText();
  const [camera, microphone] = [media.videoProblem.value, media.audioProblem.value];
  const [read, setRead] = useState("");
  const what = `${camera ?? ""} ${microphone ?? ""}`;
  if ((camera === undefined && microphone === undefined) || read === what) return null;
  const browser = browserKind(navigator.userAgent, inAppBrowser() !== undefined);
  const sameReason = camera !== undefined && camera === microphone;
  const again = async () => {
    if (microphone !== undefined) await media.setAudio(true);
    if (camera !== undefined) await media.setVideo(true);
  };
  return (
    <div class="notice doubt call-notice" role="alert">
      <div>
        {sameReason && <p>{mediaProblemText(camera, text.cameraAndMicrophone)}</p>}
        {!sameReason && camera !== undefined && <p>{mediaProblemText(camera, text.camera)}</p>}
        {!sameReason && microphone !== undefined && <p>{mediaProblemText(microphone, text.microphone)}</p>}
        <p>{helpText((microphone ?? camera)!, browser)}</p>
        <p>{microphone === undefined ? text.goesOnWithoutPicture : text.goesOnWithoutSound}</p>
      </div>
      <div class="call-notice-buttons">
        <button type="button" class="button" onClick={() => void again()}>
          {text.tryDevices}
        </button>
        <button type="button" class="button" onClick={() => setRead(what)}>
          {text.close}
        </button>
      </div>
    </div>
  );
}
