import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { InvitationCard, RoomCard } from "../client";
import { dateText, dayOf, timeOfDay } from "../shared/clock";
import { Icon } from "../shared/icons";
import { language } from "../shared/language";
import { partyText } from "../shared/party_text";
import { ActionButton } from "./action_button";
import { actionText } from "./action_text";
import { useBoardView } from "./board_view";
import { cardText } from "./card_text";

/** An invitation nobody has used yet. */
export function InvitationRow({ card, invitation }: { card: RoomCard; invitation: InvitationCard }): JSX.Element {
  const { now_ms } = useBoardView();
  const text = cardText();
  const over = useComputed(() => Date.parse(invitation.expires_at) <= now_ms.value).value;
  const { room } = card;
  return (
    <li class="person invitation">
      <div class="person-line">
        <Icon name="invite" size={16} />
        <span class="party">{text.invitation(partyText(invitation.party))}</span>
        <bdi class="person-name">{invitation.display_name}</bdi>
      </div>
      <div class="marks">
        <span class="mark gone">
          {over ? text.invitationExpired : text.invitationUntil(until(invitation.expires_at, now_ms.peek()))}
        </span>
        <ActionButton
          room={room}
          slot={`invitation:${invitation.invite}`}
          label={actionText().revoke}
          name={invitation.display_name}
          icon="cross"
          iconOnly
          command={{ type: "revoke_invite", room, invite: invitation.invite }}
        />
      </div>
    </li>
  );
}

/** The time of day, with the day when it is another. */
function until(time: string, now_ms: number): string {
  return dayOf(time) === dayOf(now_ms) ? timeOfDay(time) : `${dateText(time, language.value)} ${timeOfDay(time)}`;
}
