import type { JSX } from "preact";
import type { Visit } from "../client";
import { minutesBetween, now_ms } from "../shared/clock";
import { Icon } from "../shared/icons";
import { partyText } from "../shared/party_text";
import { problemText } from "../shared/problem_text";
import { AppointmentCard } from "./appointment_card";
import { useHeadingFocus } from "./heading_focus";
import { LineCard } from "./line_card";
import { PeopleList } from "./people_list";
import { texts } from "./texts";
import type { Entry } from "./visit_screen";
import "./waiting_room.css";

export interface WaitingRoomProps {
  visit: Visit;
  me: string;
  guest: boolean;
  entry: Entry;
  sentBack: boolean;
  /** What is shown may be out of date. */
  inDoubt: boolean;
  onTryAgain(): void;
  onRetest(): void;
  onLeave(): void;
}

export function WaitingRoom(props: WaitingRoomProps): JSX.Element {
  const { visit, me, guest, entry, sentBack, inDoubt } = props;
  const heading = useHeadingFocus();
  const text = texts().waiting;
  return (
    <div class={inDoubt ? "stack dimmed" : "stack"}>
      <h1 ref={heading} tabIndex={-1} class="waiting-heading">
        {text.heading}
      </h1>
      <div class="stack" role="status">
        {sentBack && <Told icon="send_back" heading={text.sentBack} text={text.sentBackMore} />}
        {entry.state === "refused" && <Refused code={entry.code} onTryAgain={props.onTryAgain} />}
      </div>
      {guest && <OwnName visit={visit} me={me} />}
      {(entry.state !== "refused" || visit.people.some((each) => each.person === me)) && (
        <LineCard visit={visit} arriving={!visit.people.some((each) => each.person === me)} />
      )}
      <Late visit={visit} />
      <div class="notice">
        <Icon name="info" />
        <p>
          {guest ? text.keepOpenGuest : text.keepOpen}
          {!guest && <br />}
          {!guest && <span class="small-text">{text.keepOpenMore}</span>}
        </p>
      </div>
      <AppointmentCard visit={visit} />
      <PeopleList visit={visit} me={me} />
      <button type="button" class="button wide" onClick={props.onRetest}>
        <Icon name="camera" />
        {text.retest}
      </button>
      <button type="button" class="button quiet wide" onClick={props.onLeave}>
        <Icon name="leave" />
        {text.leave}
      </button>
    </div>
  );
}

function Told({ icon, heading, text }: { icon: "send_back" | "info"; heading: string; text: string }): JSX.Element {
  return (
    <div class="notice">
      <Icon name={icon} />
      <p>
        <strong>{heading}</strong>
        <br />
        {text}
      </p>
    </div>
  );
}

function Refused({ code, onTryAgain }: { code: Extract<Entry, { state: "refused" }>["code"]; onTryAgain(): void }): JSX.Element {
  const text = texts().waiting;
  const watching = code === "limit_reached";
  return (
    <div class="notice doubt">
      <Icon name={watching ? "hidden" : "warning"} />
      <div class="stack">
        <p>
          <strong>{watching ? text.watching : text.refused}</strong>
          <br />
          {watching ? text.watchingMore : problemText(code)}
        </p>
        <button type="button" class="button" onClick={onTryAgain}>
          {text.tryAgain}
        </button>
      </div>
    </div>
  );
}

/** A minute past is no delay worth a word; from there on it is said, and how long. */
function Late({ visit }: { visit: Visit }): JSX.Element | null {
  const text = texts().waiting;
  const minutes = minutesBetween(visit.starts_at, now_ms.value);
  const doctorIn = visit.people.some((each) => each.party === "doctor" && each.whereabouts === "in_room");
  if (minutes < 2 || doctorIn) return null;
  return (
    <div class="notice doubt" role="status">
      <Icon name="clock" />
      <p>
        {text.late}
        <br />
        <span class="small-text">{text.lateBy(minutes)}</span>
      </p>
    </div>
  );
}

function OwnName({ visit, me }: { visit: Visit; me: string }): JSX.Element | null {
  const own = visit.people.find((each) => each.person === me);
  if (own === undefined) return null;
  return (
    <p class="own-name">
      <Icon name="person" />
      <bdi class="clipped">{own.display_name}</bdi>
      <span class="badge mine">{partyText(own.party)}</span>
    </p>
  );
}
