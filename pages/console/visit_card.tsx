import { memo } from "preact/compat";
import type { JSX } from "preact";
import type { RoomCard } from "../client";
import { timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { ActionOutcome } from "./action_outcome";
import { boardText } from "./board_text";
import { isOwn, sectionOf, type SectionName } from "./board_sections";
import { useBoardView } from "./board_view";
import { CardActions } from "./card_actions";
import { cardText } from "./card_text";
import { InvitationRow } from "./invitation_row";
import { PatientName } from "./patient_name";
import { PersonRow } from "./person_row";
import { RunningMeter } from "./running_meter";
import { TimingMark } from "./timing_mark";
import { isHere, isPatientWithoutDoctor, isReopened } from "./visit_people";

interface Props {
  card: RoomCard;
  /** The list it stands in, which is not the one it belongs to while that list is kept still. */
  section: SectionName;
  /** Rises when something happened that should be noticed; 0: nothing since the page was opened. */
  notice: number;
}

/** A visit on the board. Drawn anew only when its card is another object; what runs is in signals of its own. */
export const VisitCard = memo(function VisitCard({ card, section, notice }: Props): JSX.Element {
  const { store } = useBoardView();
  const belongs = sectionOf(card);
  const own = store?.attendance !== undefined && isOwn(card, store.me);
  const label = `visit-${card.room}`;
  return (
    <article
      class={`card visit ${belongs}${isDeserted(card) ? " deserted" : ""}${card.phase === "cancelled" ? " cancelled" : ""}${own ? " own" : ""}`}
      aria-labelledby={label}
      tabIndex={-1}
      data-room={card.room}
    >
      {notice > 0 && <span key={notice} class="flash" />}
      {belongs !== section && (
        <p class="moving">
          <Icon name="swap" size={16} />
          {boardText().movesTo(boardText().section[belongs])}
        </p>
      )}
      <VisitFacts card={card} own={own} />
      <div id={label}>
        {card.patients.map((patient) => (
          <PatientName key={patient.patient} patient={patient} />
        ))}
      </div>
      <RunningMeterOf card={card} />
      <People card={card} />
      <CardActions card={card} />
      {store !== undefined && <ActionOutcome store={store} room={card.room} />}
    </article>
  );
});

/** Nobody is in it, though it is not over. */
function isDeserted(card: RoomCard): boolean {
  return sectionOf(card) === "consulting" && !card.participants.some(isHere);
}

function VisitFacts({ card, own }: { card: RoomCard; own: boolean }): JSX.Element {
  const text = cardText();
  const doctors = card.doctors.map((each) => each.name).join("・");
  return (
    <>
      <div class="visit-top">
        <time class="visit-time" dateTime={card.starts_at}>
          {timeOfDay(card.starts_at)}
        </time>
        {card.place_in_line !== undefined && card.phase === "waiting" && (
          <span class="badge place-in-line">{text.place(card.place_in_line)}</span>
        )}
        <TimingMark card={card} />
        {isReopened(card) && <span class="badge reopened">{text.reopened}</span>}
        {card.phase === "waiting" && isPatientWithoutDoctor(card) && (
          <span class="badge awaits-doctor">{text.awaitsDoctor}</span>
        )}
        {card.is_test && <span class="badge test">{text.test}</span>}
        {card.locked && (
          <span class="badge locked">
            <Icon name="lock" size={14} />
            {text.locked}
          </span>
        )}
      </div>
      <p class="visit-facts">
        {card.menu !== "" && <bdi class="menu">{card.menu}</bdi>}
        <span class="doctor">
          {own ? <span class="badge own">{text.own}</span> : <span class="soft">{text.doctor}</span>}{" "}
          <bdi>{doctors === "" ? text.noDoctor : doctors}</bdi>
        </span>
      </p>
    </>
  );
}

function RunningMeterOf({ card }: { card: RoomCard }): JSX.Element | null {
  return card.phase === "in_consultation" || card.phase === "ended" || card.meter.units > 0 ? (
    <RunningMeter card={card} />
  ) : null;
}

function People({ card }: { card: RoomCard }): JSX.Element | null {
  const open =
    card.phase === "ended" || card.phase === "cancelled" ? [] : card.invitations.filter((each) => !each.redeemed);
  const people = card.phase === "ended" ? [] : card.participants;
  if (open.length + people.length === 0) return null;
  return (
    <ul class="people" aria-label={cardText().people}>
      {people.map((who) => (
        <PersonRow key={who.person} card={card} who={who} />
      ))}
      {open.map((invitation) => (
        <InvitationRow key={invitation.invite} card={card} invitation={invitation} />
      ))}
    </ul>
  );
}
