import { useEffect, useMemo, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { Companion, Endpoint } from "../client";
import { problemText } from "../shared/problem_text";
import type { LiveLink } from "../shared/live_link";
import { Call } from "./call";
import { CallControls } from "./call_controls";
import { callText, mediaProblemText } from "./call_text";
import { DeviceChoice } from "./device_choice";
import { OwnMedia } from "./own_media";
import { PeoplePanel } from "./people_panel";
import { VideoStage } from "./video_stage";
import "./consultation.css";

export interface ConsultationProps {
  link: LiveLink;
  room: string;
  me: Endpoint;
  /** Everybody in the room and its waiting room, oneself included, as the latest frame has them. */
  people: readonly Companion[];
  /** What the person's own button to go does: leaves the room for a patient, the doctor's stay for a doctor. */
  leave: { label: string; run(): void };
  /** What the page shows beside the pictures: the doctor's identity, the running price. */
  children?: ComponentChildren;
}

type Panel = "people" | "settings" | undefined;

/** Picture and sound of everybody in the room. Its call lives as long as it is shown. */
export function Consultation({ link, room, me, people, leave, children }: ConsultationProps): JSX.Element {
  const text = callText();
  const [panel, setPanel] = useState<Panel>(undefined);
  const latest = useMemo(() => ({ people }), []);
  latest.people = people;
  const media = useMemo(() => new OwnMedia(), []);
  const call = useMemo(
    () =>
      new Call({
        link,
        room,
        me,
        media,
        sendsVideo: (person) => latest.people.find((each) => each.person === person)?.media?.video === true,
      }),
    [link, room, me.person, me.device],
  );
  useEffect(() => {
    void media.start().then(() => call.start());
    return () => {
      call.stop();
      media.stop();
    };
  }, [call]);
  const problem = media.videoProblem.value ?? media.audioProblem.value;
  const state = call.state.value;
  return (
    <section class="consultation" aria-label={text.heading} data-call={state.phase}>
      {children !== undefined && <div class="consultation-aside">{children}</div>}
      <VideoStage call={call} media={media} me={me} people={people} />
      {state.phase === "refused" && (
        <div class="notice danger" role="alert">
          <p>{state.code === "limit_reached" ? text.full : `${text.refused} ${problemText(state.code)}`}</p>
          <button type="button" class="button" onClick={() => void call.join()}>
            {text.again}
          </button>
        </div>
      )}
      {problem !== undefined && (
        <p class="notice doubt" role="status">
          {mediaProblemText(problem)}
        </p>
      )}
      {panel === "people" && <PeoplePanel people={people} me={me.person} onClose={() => setPanel(undefined)} />}
      {panel === "settings" && (
        <section class="call-panel" aria-label={text.settingsHeading}>
          <h2>{text.settingsHeading}</h2>
          <DeviceChoice media={media} />
          <p>{text.notRecorded}</p>
          <button type="button" class="button" onClick={() => setPanel(undefined)}>
            {text.close}
          </button>
        </section>
      )}
      <CallControls
        media={media}
        leave={leave}
        panel={panel}
        onPanel={(next) => setPanel(next === panel ? undefined : next)}
      />
    </section>
  );
}
