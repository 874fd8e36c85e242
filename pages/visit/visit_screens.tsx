import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { ConnectionBanner, isInDoubt, type Kept } from "./connection_banner";
import { LanguageSwitch } from "../shared/language_switch";
import { consultation, deviceTest } from "./call_parts";
import { useBackGuard } from "./back_guard";
import { contactOf, keptContact, type ClinicContact } from "./clinic_contact";
import { EndedPage } from "./ended_page";
import { ExpiryNotice } from "./expiry_notice";
import { IdentityButton, type Identity } from "./identity_panel";
import { LeaveDialog } from "./leave_dialog";
import { LeftPage } from "./left_page";
import { LoadingPage } from "./loading_page";
import { MessagePage } from "./message_page";
import { PageFrame } from "./page_frame";
import { StoppedPage } from "./stopped_page";
import { TestPage } from "./test_page";
import { texts } from "./texts";
import type { VisitModel } from "./visit_model";
import type { Screen } from "./visit_screen";
import { WaitingRoom } from "./waiting_room";

export interface VisitScreensProps {
  model: VisitModel;
  clinic: string;
  guest: boolean;
  /** Seconds since 1970: the end of the link's time. */
  expires_at: number;
  /** The page's own first screen. */
  start?: ComponentChildren;
  /** Above the screen. */
  notice?: ComponentChildren;
  /** A way back to it, where there is one. */
  home?: ComponentChildren;
}

/** The screen that the visit's state asks for, in its frame. */
export function VisitScreens(props: VisitScreensProps): JSX.Element {
  const { model, clinic, expires_at } = props;
  const { kind } = model.screen.value;
  const leaving = useSignal(false);
  const visit = model.visit.value;
  const contact = visit ? contactOf({ ...visit, name: visit.clinic }) : keptContact(clinic);
  const identity: Identity | undefined = visit && contact ? { contact, doctors: visit.doctors } : undefined;
  const askToLeave = () => (leaving.value = true);
  useBackGuard(wayBack(props, kind, askToLeave));
  const dialog = leaving.value && (kind === "waiting" || kind === "consultation") && (
    <LeaveDialog
      fromRoom={kind === "consultation"}
      onStay={() => (leaving.value = false)}
      onLeave={() => {
        leaving.value = false;
        model.leave();
      }}
    />
  );
  if (kind === "consultation") {
    return (
      <>
        <Room model={model} identity={identity} expires_at={expires_at} onLeave={askToLeave} />
        {dialog}
      </>
    );
  }
  const told = kind !== "stopped" && kind !== "loading" && kind !== "ended";
  const inLine = !props.guest && (kind === "waiting" || kind === "retest");
  const kept: Kept = inLine ? "keepsPlace" : "keepsPage";
  return (
    <PageFrame
      contact={contact}
      identity={kind === "stopped" || kind === "ended" ? undefined : identity}
      banner={told && <ConnectionBanner link={model.link} kept={kept} />}
    >
      <div class="stack">
        {told && <ExpiryNotice expires_at={expires_at} />}
        {props.notice}
        <Content {...props} contact={contact} onLeave={askToLeave} />
      </div>
      {dialog}
    </PageFrame>
  );
}

/** What Back does on this screen; nothing where it may leave the page. */
function wayBack(props: VisitScreensProps, kind: Screen["kind"], askToLeave: () => void): (() => void) | undefined {
  const { model, start } = props;
  switch (kind) {
    case "device_test":
      return start === undefined ? undefined : () => model.backToStart();
    case "retest":
      return () => model.retestCancelled();
    case "waiting":
    case "consultation":
      return askToLeave;
    default:
      return undefined;
  }
}

function Content(props: VisitScreensProps & { contact: ClinicContact | undefined; onLeave(): void }): JSX.Element {
  const { model, guest, start, home, contact, onLeave } = props;
  const screen = model.screen.value;
  const visit = model.visit.value;
  const text = texts();
  switch (screen.kind) {
    case "start":
      return <>{start}</>;
    case "stopped":
      return <StoppedPage reason={screen.reason} contact={contact} guest={guest} />;
    case "gone":
      return <MessagePage icon="calendar" heading={text.gone.heading} text={text.gone.more} contact={contact} children={home} />;
    case "cancelled":
      return <MessagePage icon="calendar" heading={text.cancelled.heading} text={text.cancelled.more} contact={contact} children={home} />;
    case "ended":
      return <EndedPage guest={guest} contact={contact} children={home} />;
    case "left":
      return <LeftPage contact={contact} onComeBack={() => model.comeBack()} children={home} />;
    case "device_test":
    case "retest":
      return (
        <TestPage
          {...(screen.kind === "retest"
            ? { onBack: () => model.retestCancelled() }
            : start === undefined
              ? {}
              : { onBack: () => model.backToStart() })}
        >
          <deviceTest.Part link={model.link} onDone={(result) => model.testDone(result)} />
        </TestPage>
      );
    case "waiting":
      if (visit) {
        return (
          <WaitingRoom
            visit={visit}
            me={model.me.person}
            guest={guest}
            entry={screen.entry}
            sentBack={screen.sentBack}
            inDoubt={isInDoubt(model.link)}
            onTryAgain={() => model.comeBack()}
            onRetest={() => model.retest()}
            onLeave={onLeave}
          />
        );
      }
  }
  return <LoadingPage link={model.link} contact={contact} />;
}

function Room(props: {
  model: VisitModel;
  identity: Identity | undefined;
  expires_at: number;
  onLeave(): void;
}): JSX.Element {
  const { model, identity, expires_at, onLeave } = props;
  return (
    <main>
      <h1 class="visually-hidden">{texts().title}</h1>
      <consultation.Part
        link={model.link}
        room={model.room}
        me={model.me}
        people={model.people()}
        leave={{ label: texts().leave.button, run: onLeave }}
      >
        {identity !== undefined && <IdentityButton identity={identity} />}
        <LanguageSwitch />
        <ExpiryNotice expires_at={expires_at} />
        <ConnectionBanner link={model.link} kept="keepsCall" />
      </consultation.Part>
    </main>
  );
}
