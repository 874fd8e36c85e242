import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { JSX } from "preact";
import type { DeviceCheck, DeviceTest as Report } from "../client";
import { inAppBrowser } from "../shared/in_app_browser";
import type { LiveLink } from "../shared/live_link";
import { CameraCheck } from "./camera_check";
import { DeviceChoice } from "./device_choice";
import { deviceTestText } from "./device_test_text";
import { browserKind } from "./help_text";
import type { MediaProblem } from "./media_problem";
import { MicrophoneCheck } from "./microphone_check";
import { NetworkCheck } from "./network_check_view";
import { OwnMedia } from "./own_media";
import { SpeakerCheck } from "./speaker_check";
import "./device_test.css";

export type DeviceTestResult = Omit<Report, "at">;

export interface DeviceTestProps {
  link: LiveLink;
  /** The person is through, with or without success; what was not tried is `skipped`. */
  onDone(result: DeviceTestResult): void;
}

/** Camera with picture, microphone with level, a test tone, and the line to the engine. */
export function DeviceTest({ onDone }: DeviceTestProps): JSX.Element {
  const text = deviceTestText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  const media = useMemo(() => new OwnMedia(), []);
  const browser = useMemo(() => browserKind(navigator.userAgent, inAppBrowser() !== undefined), []);
  const [asked, setAsked] = useState<"no" | "asking" | "yes">("no");
  const [heardVoice, setHeardVoice] = useState(false);
  const [speaker, setSpeaker] = useState<DeviceCheck>("skipped");
  const [network, setNetwork] = useState<DeviceCheck>("skipped");
  useEffect(() => () => media.stop(), [media]);
  const begin = () => {
    setAsked("asking");
    void media.start().then(() => setAsked("yes"));
  };
  const result: DeviceTestResult = {
    camera: asked === "yes" ? checkOf(media.video.value !== undefined, media.videoProblem.value) : "skipped",
    microphone: asked === "yes" ? checkOf(heardVoice, media.audioProblem.value) : "skipped",
    speaker,
    network,
  };
  const allPassed = Object.values(result).every((each) => each === "passed");
  return (
    <section class="device-test">
      <h1 ref={heading} tabIndex={-1}>
        {text.heading}
      </h1>
      <p>{text.lead}</p>
      {asked !== "yes" ? (
        <>
          <button type="button" class="button primary large" disabled={asked === "asking"} onClick={begin}>
            {text.begin}
          </button>
          {asked === "asking" && <p role="status">{text.asking}</p>}
        </>
      ) : (
        <>
          <CameraCheck media={media} browser={browser} />
          <MicrophoneCheck media={media} browser={browser} heard={heardVoice} onHeard={() => setHeardVoice(true)} />
          <SpeakerCheck speaker={media.chosen.value.speaker} check={speaker} onCheck={setSpeaker} />
          <DeviceChoice media={media} />
        </>
      )}
      <NetworkCheck onCheck={setNetwork} />
      {asked === "yes" && (media.videoProblem.value ?? media.audioProblem.value) !== undefined && (
        <button type="button" class="button" onClick={begin}>
          {text.again}
        </button>
      )}
      {!allPassed && <p class="device-test-note">{text.later}</p>}
      <button type="button" class={`button large ${asked === "yes" ? "primary" : ""}`} onClick={() => onDone(result)}>
        {allPassed ? text.go : text.goAnyway}
      </button>
    </section>
  );
}

/** `works`: it showed that it does; a device that gives silence so far has not been tested. */
function checkOf(works: boolean, problem: MediaProblem | undefined): DeviceCheck {
  if (works) return "passed";
  if (problem === undefined) return "skipped";
  if (problem === "system") return "refused";
  return problem === "refused" || problem === "missing" ? problem : "failed";
}
