import type { JSX } from "preact";
import type { ErrorCode } from "../client";
import { Icon, type IconName } from "../shared/icons";
import { problemText } from "../shared/problem_text";
import { useHeadingFocus } from "../visit/heading_focus";
import { guestTexts } from "./texts";
import "./invitation_page.css";

export interface InvitationPageProps {
  busy: boolean;
  problem?: ErrorCode | "unreachable" | undefined;
  onAccept(): void;
}

/** What taking part means, and the one button that says yes to it and uses the link. */
export function InvitationPage({ busy, problem, onAccept }: InvitationPageProps): JSX.Element {
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
