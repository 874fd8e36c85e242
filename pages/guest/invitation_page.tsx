import type { JSX } from "preact";
import type { ErrorCode, Invitation } from "../client";
import { dateText, timeOfDay } from "../shared/clock";
import { Icon, type IconName } from "../shared/icons";
import { language } from "../shared/language";
import { partyText } from "../shared/party_text";
import { problemText } from "../shared/problem_text";
import { useHeadingFocus } from "../visit/heading_focus";
import { ZoneNote } from "../visit/zone_note";
import { guestTexts } from "./texts";
import "../visit/identity_panel.css";
import "./invitation_page.css";

export interface InvitationPageProps {
  busy: boolean;
  told?: Invitation | undefined;
  problem?: ErrorCode | "unreachable" | undefined;
  onAccept(): void;
}

/** What taking part means, and the one button that says yes to it and uses the link. */
export function InvitationPage({ busy, told, problem, onAccept }: InvitationPageProps): JSX.Element {
  const heading = useHeadingFocus();
  const text = guestTexts();
  const rules: [IconName, string][] = [
    ["people", text.shown],
    ["camera_off", text.recording],
    ["lock", text.secret],
    ["person", text.doctor],
  ];
  return (
    <section class="invitation stack">
      <h1 ref={heading} tabIndex={-1}>
        {text.heading}
      </h1>
      {told !== undefined && <Told told={told} />}
      <p>{text.lead}</p>
      <ul class="invitation-rules card">
        {rules.map(([icon, rule]) => (
          <li key={icon}>
            <Icon name={icon} size={24} />
            <p>{rule}</p>
          </li>
        ))}
      </ul>
      <p class="small-text quiet-text">{text.once}</p>
      <div role="alert">
        {problem !== undefined && (
          <p class="notice danger">
            <Icon name="warning" />
            <span>
              {problemText(problem)} {problem === "unreachable" ? text.unknown : text.retry}
            </span>
          </p>
        )}
      </div>
      <button type="button" class="button primary large wide" aria-disabled={busy} onClick={onAccept}>
        {busy ? text.busy : text.accept}
      </button>
      <p class="small-text quiet-text invitation-next">{text.next}</p>
    </section>
  );
}

/** By whom, as whom and to when: a link that reached somebody else is noticed before it is used. */
function Told({ told }: { told: Invitation }): JSX.Element {
  const text = guestTexts();
  return (
    <section class="card stack" aria-label={text.invited}>
      <dl class="identity">
        <dt>{text.clinic}</dt>
        <dd>
          <bdi class="clipped">{told.clinic.name}</bdi>
        </dd>
        <dt>{text.you}</dt>
        <dd>
          <bdi class="clipped">{told.display_name}</bdi> <span class="badge">{partyText(told.party)}</span>
        </dd>
        <dt>{text.time}</dt>
        <dd>
          {dateText(told.starts_at, language.value)} {timeOfDay(told.starts_at)} <ZoneNote time={told.starts_at} />
        </dd>
      </dl>
      <p class="small-text quiet-text">{text.notYou}</p>
    </section>
  );
}
