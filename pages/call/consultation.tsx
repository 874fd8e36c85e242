import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ComponentChildren, JSX } from "preact";
import type { Companion, Endpoint } from "../client";
import { problemText } from "../shared/problem_text";
import type { LiveLink } from "../shared/live_link";
import { Call } from "./call";
import { CallControls } from "./call_controls";
import { callText } from "./call_text";
import { MediaNotice } from "./media_notice";
import { keepOff, keptOff } from "./kept_off";
import { OwnMedia } from "./own_media";
import { PeoplePanel } from "./people_panel";
import { takeUpWhenSeen } from "./seen_again";
import { SettingsPanel } from "./settings_panel";
import { UnreachableNotice } from "./unreachable_notice";
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

const question_patience_ms = 2_000;

type Panel = "people" | "settings" | undefined;

/** Picture and sound of everybody in the room. Its call lives as long as it is shown. */
export function Consultation({ link, room, me, people, leave, children }: ConsultationProps): JSX.Element {
  const text = callText();
  const [panel, setPanel] = useState<Panel>(undefined);
  const section = useRef<HTMLElement>(null);
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
        companion: (person) => latest.people.find((each) => each.person === person && each.whereabouts === "in_room"),
      }),
    [link, room, me.person, me.device],
  );
  useEffect(() => {
    // With pictures in the first offer if the browser gives them at once; nobody waits for an unanswered question.
    const begin = () => call.start();
    const timer = setTimeout(begin, question_patience_ms);
    media.beginWithout(keptOff(room));
    void media.start({ video: !media.videoOff.peek(), audio: true }).then(begin);
    const stopTakingUp = takeUpWhenSeen(media);
    const stopKeeping = effect(() => keepOff(room, { video: media.videoOff.value, audio: media.muted.value }));
    if (document.activeElement === document.body) section.current?.focus();
    return () => {
      clearTimeout(timer);
      stopKeeping();
      stopTakingUp();
      call.stop();
      media.stop();
    };
  }, [call]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, []);
  const state = call.state.value;
  const toggle = (next: Panel) => setPanel(next === panel ? undefined : next);
  return (
    <section class="consultation" aria-label={text.heading} data-call={state.phase} tabIndex={-1} ref={section}>
      {children !== undefined && <div class="consultation-aside">{children}</div>}
      <div class="call-area">
        <VideoStage call={call} media={media} me={me} people={people} />
        {panel === "people" && <PeoplePanel people={people} me={me.person} onClose={() => setPanel(undefined)} />}
        {panel === "settings" && <SettingsPanel media={media} onClose={() => setPanel(undefined)} />}
      </div>
      {state.phase === "refused" && (
        <div class="notice danger call-notice" role="alert">
          <p>{state.code === "limit_reached" ? text.full : `${text.refused} ${problemText(state.code)}`}</p>
          <button type="button" class="button" onClick={() => void call.join()}>
            {text.again}
          </button>
        </div>
      )}
      <UnreachableNotice call={call} people={people} me={me} />
      <MediaNotice media={media} />
      <p class="call-privacy">{text.notRecorded}</p>
      <CallControls media={media} leave={leave} count={people.length} panel={panel} onPanel={toggle} section={section} />
    </section>
  );
}
