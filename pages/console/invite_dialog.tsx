import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { ErrorCode, GuestParty, RoomCard } from "../client";
import { partyText } from "../shared/party_text";
import { problemText } from "../shared/problem_text";
import { actionText } from "./action_text";
import { consoleText } from "./console_text";
import type { ConsoleStore } from "./console_store";
import { inviting } from "./dialogs";
import { nameFault } from "./guest_name";
import { InviteReady } from "./invite_ready";
import { Modal } from "./modal";
import { nameOf } from "./name_of";

const guests: readonly GuestParty[] = ["family", "nurse", "specialist", "interpreter"];

export function InviteDialog({ store }: { store: ConsoleStore }): JSX.Element | null {
  const card = inviting.value;
  return card === undefined ? null : <InviteForm key={card.room} store={store} card={card} />;
}

function InviteForm({ store, card }: { store: ConsoleStore; card: RoomCard }): JSX.Element {
  const text = actionText();
  const party = useSignal<GuestParty>("family");
  const name = useSignal("");
  const problem = useSignal<string | undefined>(undefined);
  const pending = useSignal(false);
  const link = useSignal<string | undefined>(undefined);
  const close = () => (inviting.value = undefined);
  const make = async (event: Event) => {
    event.preventDefault();
    const display_name = name.value.trim();
    const fault = nameFault(display_name);
    problem.value = fault === undefined ? undefined : fault === "missing" ? text.nameMissing : text.nameWrong;
    if (fault !== undefined || pending.value) return;
    pending.value = true;
    const reply = await store.desk.run(card.room, "invite", {
      type: "invite",
      room: card.room,
      party: party.value,
      display_name,
    });
    pending.value = false;
    if (reply === undefined) return;
    if (reply.ok && "path" in reply) link.value = location.origin + reply.path;
    else if (!reply.ok) problem.value = problemText(reply.error.code as ErrorCode);
  };
  return (
    <Modal labelledBy="invite-title" onClose={close}>
      <h2 id="invite-title">{link.value === undefined ? text.inviteTitle : text.inviteReady}</h2>
      {link.value !== undefined ? (
        <InviteReady link={link.value} name={name.value.trim()} party={partyText(party.value)} />
      ) : (
        <form id="invite-form" class="invite-form" onSubmit={(event) => void make(event)} noValidate>
          <p dir="auto" class="clip">
            {text.inviteFor(nameOf(card))}
          </p>
          <InviteFields party={party} name={name} isWrong={problem.value !== undefined} />
          <p id="invite-problem" class="problem" role="alert">
            {problem.value}
          </p>
        </form>
      )}
      <div class="modal-buttons">
        <button type="button" class="button" onClick={close}>
          {link.value === undefined ? consoleText().cancel : consoleText().close}
        </button>
        {link.value === undefined && (
          <button type="submit" form="invite-form" class="button primary" aria-disabled={pending.value}>
            {pending.value ? text.pending : text.inviteMake}
          </button>
        )}
      </div>
    </Modal>
  );
}

interface FieldsProps {
  party: Signal<GuestParty>;
  name: Signal<string>;
  isWrong: boolean;
}

function InviteFields({ party, name, isWrong }: FieldsProps): JSX.Element {
  const text = actionText();
  return (
    <>
      <fieldset class="choices">
        <legend>{text.inviteParty}</legend>
        {guests.map((each) => (
          <label key={each} class="choice">
            <input type="radio" name="party" checked={party.value === each} onChange={() => (party.value = each)} />
            <span>{partyText(each)}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{text.inviteName}</span>
        <input
          value={name.value}
          dir="auto"
          maxLength={100}
          autocomplete="off"
          aria-describedby="invite-hint invite-problem"
          aria-invalid={isWrong}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </label>
      <p id="invite-hint" class="soft">
        {text.inviteNameHint}
      </p>
    </>
  );
}
