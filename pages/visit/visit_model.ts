import { computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { AnyFrame, Companion, Endpoint, Visit } from "../client";
import type { DeviceTestResult } from "../call/device_test";
import { openLink, type LiveLink } from "../shared/live_link";
import { socketUrl, type Session } from "../shared/session";
import { contactOf, keepContact } from "./clinic_contact";
import { keepStep, keptStep } from "./kept_step";
import { blankMemory, isPresent, remembered, screenOf, type Entry, type Memory, type Screen, type Step } from "./visit_screen";

/** A refusal that may end by itself is met by asking again, but not by everybody at once. */
const entry_retry_ms = 5_000;

export interface VisitWish {
  session: Session;
  clinic: string;
  room: string;
  device: string;
  /** Where somebody begins who was not here before. */
  firstStep: Step;
}

/** One visit on this page: its line to the engine, what is known of it, and what its person does. */
export class VisitModel {
  readonly room: string;
  readonly me: Endpoint;
  readonly link: LiveLink;
  readonly screen: ReadonlySignal<Screen>;
  readonly visit = signal<Visit | null | undefined>(undefined);
  readonly step: Signal<Step>;
  readonly entry = signal<Entry>({ state: "none" });
  private readonly memory = signal<Memory>(blankMemory);
  private report: DeviceTestResult | undefined;
  private entries = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly stopKeeping: () => void;

  constructor(private readonly wish: VisitWish) {
    const { session, clinic, room, device } = wish;
    this.room = room;
    this.me = { person: session.claims.sub, device };
    this.step = signal(keptStep(clinic, room) ?? wish.firstStep);
    this.stopKeeping = effect(() => keepStep(clinic, room, this.step.value));
    this.link = openLink(
      {
        url: socketUrl(),
        token: session.token,
        device,
        // A token that names its room knows it already.
        ...(session.claims.room === undefined ? { room } : {}),
        onFrame: (frame) => this.take(frame),
        onWelcome: () => this.enter(),
      },
      (visible) => this.setAttention(visible),
    );
    this.screen = computed(() =>
      screenOf({
        link: this.link.state.value,
        visit: this.visit.value,
        me: this.me.person,
        step: this.step.value,
        entry: this.entry.value,
        memory: this.memory.value,
      }),
    );
  }

  people(): readonly Companion[] {
    return this.visit.value?.people ?? [];
  }

  /** 「オンライン診療開始」: to the device test first; whoever is in the room or the line already goes back there at once. */
  start(): void {
    const me = this.visit.value?.people.find((each) => each.person === this.me.person);
    if (me?.whereabouts === "in_room" || me?.whereabouts === "waiting") {
      this.step.value = "waiting";
      this.enter();
    } else {
      this.step.value = "device_test";
    }
  }

  backToStart(): void {
    this.step.value = "start";
  }

  /** The device test is over: into the line. Staff are told how it went, once the engine has let the person in. */
  testDone(result: DeviceTestResult): void {
    this.report = result;
    const wasPresent = isPresent(this.step.value);
    this.step.value = "waiting";
    if (wasPresent) this.sendReport();
    else this.enter();
  }

  retest(): void {
    this.step.value = "retest";
  }

  retestCancelled(): void {
    this.step.value = "waiting";
  }

  /** Into the line again, after having left or having been refused. */
  comeBack(): void {
    this.step.value = "waiting";
    this.enter();
  }

  leave(): void {
    this.step.value = "left";
    this.entry.value = { state: "none" };
    this.memory.value = blankMemory;
    clearTimeout(this.retryTimer);
    void this.link.connection.send({ type: "leave_room", room: this.room });
  }

  close(): void {
    clearTimeout(this.retryTimer);
    this.stopKeeping();
    this.link.close();
  }

  private take(frame: AnyFrame): void {
    if (frame.type !== "visit") return;
    const { visit } = frame;
    this.memory.value = remembered(this.memory.value, visit, this.me.person);
    this.visit.value = visit;
    if (visit === null) return;
    keepContact(this.wish.clinic, contactOf({ ...visit, name: visit.clinic }));
  }

  private enter(): void {
    clearTimeout(this.retryTimer);
    if (!isPresent(this.step.value)) return;
    const number = ++this.entries;
    this.entry.value = { state: "pending" };
    void this.link.connection.send({ type: "enter_waiting_room", room: this.room }).then((reply) => {
      if (number !== this.entries || !isPresent(this.step.value)) return;
      if (reply.ok) {
        this.entry.value = { state: "in" };
        this.sendReport();
        // To the engine whoever comes back looks or looks away as before: a page loaded anew was hidden a moment ago.
        this.setAttention(document.visibilityState === "visible");
      } else {
        this.entry.value = { state: "refused", code: reply.error.code };
        const again = reply.error.retryable && reply.error.code !== "limit_reached";
        if (again) this.retryTimer = setTimeout(() => this.enter(), entry_retry_ms * (0.5 + Math.random()));
      }
    });
  }

  private sendReport(): void {
    const result = this.report;
    this.report = undefined;
    if (result !== undefined) void this.link.connection.send({ type: "report_device_test", room: this.room, ...result });
  }

  private setAttention(attentive: boolean): void {
    if (this.entry.value.state !== "in") return;
    void this.link.connection.send({ type: "set_attention", room: this.room, attentive });
  }
}
