import { batch, computed, signal } from "@preact/signals";
import {
  Api,
  boardAfter,
  boardOf,
  emptyBoard,
  type AnyFrame,
  type Board,
  type EventFrame,
  type ParticipantCard,
  type RoomCard,
} from "../client";
import { openLink, type LiveLink } from "../shared/live_link";
import { socketUrl, type Session } from "../shared/session";
import { ActionDesk } from "./action_desk";
import { Attendance } from "./attendance";
import { CallQualities } from "./call_qualities";
import { noteCardTime } from "./card_time";
import { arrivals, isWorthNotice } from "./news";
import { markFrame } from "./paint_marks";

/** A clinic's day is run by this screen: a dead line must show within seconds, and not long after its engine is back. */
const line = { ask_after_ms: 4_000, retry_max_ms: 5_000 } as const;

export interface Arrival {
  card: RoomCard;
  who: ParticipantCard;
}

/** Everything the console's pages share: the board as the engine tells it, and the way to act on it. */
export class ConsoleStore {
  readonly board = signal<Board>(emptyBoard);
  readonly hasBoard = signal(false);
  // What does not change with every event, for those who show nothing else.
  readonly clinicProfile = computed(() => this.board.value.clinic);
  readonly doctors = computed(() => this.board.value.doctors);
  /** How often something happened to a card that staff should notice; each number is shown once. */
  readonly notices = signal<ReadonlyMap<string, number>>(new Map());
  readonly desk = new ActionDesk((command, within_ms) => this.link.connection.send(command, within_ms));
  readonly qualities = new CallQualities();
  /** Of a doctor; staff are in no room. */
  readonly attendance: Attendance | undefined;
  readonly link: LiveLink;
  readonly api: Api;
  readonly clinic: string;
  readonly me: string;
  private seq = 0;

  constructor(
    readonly session: Session,
    readonly device: string,
    private readonly hooks: { beforeChange(): void; onArrival(arrival: Arrival): void },
  ) {
    this.me = session.claims.sub;
    this.clinic = session.claims.clinic ?? "";
    this.api = new Api(location.origin, session.token);
    if (session.claims.role === "doctor") {
      const look = () => ({ board: this.board.peek(), seq: this.seq });
      const sayAttention = () => this.sayAttention(document.visibilityState === "visible");
      this.attendance = new Attendance(this.me, this.desk, look, sayAttention);
    }
    const options = {
      url: socketUrl(),
      token: session.token,
      device,
      ...line,
      onFrame: (frame: AnyFrame) => this.take(frame),
      onWelcome: () => this.attendance?.welcomed(),
    };
    this.link = openLink(options, (visible) => this.sayAttention(visible));
  }

  private take(frame: AnyFrame): void {
    if (frame.type === "quality") return this.qualities.take(frame);
    if (frame.type !== "board" && frame.type !== "event") return;
    markFrame();
    this.hooks.beforeChange();
    this.seq = frame.seq;
    batch(() => {
      if (frame.type === "event") this.takeEvent(frame);
      else {
        for (const card of frame.cards) noteCardTime(card, frame.at);
        this.board.value = boardOf(frame);
        this.hasBoard.value = true;
      }
    });
    this.attendance?.check();
  }

  private takeEvent(frame: EventFrame): void {
    const before = this.board.peek();
    this.board.value = boardAfter(before, frame);
    if (!("card" in frame)) return;
    const card = frame.card;
    if (card === null) {
      this.desk.forget(frame.key.slice("room:".length));
      return;
    }
    noteCardTime(card, frame.at);
    const known = before.cards.get(card.room);
    if (isWorthNotice(known, card)) {
      this.notices.value = new Map(this.notices.peek()).set(card.room, (this.notices.peek().get(card.room) ?? 0) + 1);
    }
    for (const who of arrivals(known, card)) this.hooks.onArrival({ card, who });
  }

  private sayAttention(visible: boolean): void {
    const room = this.attendance?.room.peek();
    if (room !== undefined) void this.link.connection.send({ type: "set_attention", room, attentive: visible });
  }
}
