import type { JSX } from "preact";
import type { DeviceTest, ParticipantCard } from "../client";
import { Icon, type IconName } from "../shared/icons";
import { checkText } from "../shared/party_text";
import { cardText } from "./card_text";

type Part = Exclude<keyof DeviceTest, "at">;
const parts: readonly { part: Part; icon: IconName; off: IconName }[] = [
  { part: "camera", icon: "camera", off: "camera_off" },
  { part: "microphone", icon: "microphone", off: "microphone_off" },
  { part: "speaker", icon: "speaker", off: "speaker_off" },
  { part: "network", icon: "network", off: "network_off" },
];

/** The last device test: four pictures, and in words what is not well. In the room, what the person sends just now. */
export function DeviceMarks({ who }: { who: ParticipantCard }): JSX.Element | null {
  if (who.party === "doctor" && who.media === undefined) return null;
  return (
    <div class="devices">
      {who.whereabouts === "in_room" && who.media !== undefined && (
        <MediaMarks video={who.media.video} audio={who.media.audio} />
      )}
      {who.device_test !== undefined ? (
        <TestMarks test={who.device_test} />
      ) : (
        who.party !== "doctor" && who.whereabouts === "waiting" && <span class="soft">{cardText().notTested}</span>
      )}
    </div>
  );
}

function TestMarks({ test }: { test: DeviceTest }): JSX.Element {
  const text = cardText();
  const unwell = parts.filter(({ part }) => test[part] !== "passed");
  return (
    <span class="device-test">
      {parts.map(({ part, icon, off }) => (
        <span key={part} class={`device ${test[part]}`} title={`${text[part]} ${checkText(test[part])}`}>
          <Icon name={test[part] === "passed" || test[part] === "skipped" ? icon : off} size={16} />
        </span>
      ))}
      <span class={unwell.every(({ part }) => test[part] === "skipped") ? "soft" : "unwell"}>
        {unwell.length === 0
          ? text.allPassed
          : unwell.map(({ part }) => `${text[part]} ${checkText(test[part])}`).join("・")}
      </span>
    </span>
  );
}

function MediaMarks({ video, audio }: { video: boolean; audio: boolean }): JSX.Element {
  const text = cardText();
  return (
    <span class="device-test">
      <span class={`device ${video ? "passed" : "skipped"}`}>
        <Icon name={video ? "camera" : "camera_off"} size={16} />
      </span>
      <span class="soft">{video ? text.videoOn : text.videoOff}</span>
      <span class={`device ${audio ? "passed" : "skipped"}`}>
        <Icon name={audio ? "microphone" : "microphone_off"} size={16} />
      </span>
      <span class="soft">{audio ? text.audioOn : text.audioOff}</span>
    </span>
  );
}
