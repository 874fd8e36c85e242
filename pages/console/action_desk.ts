import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Command, ErrorCode, ReplyFrame } from "../client";

export type ActionName = Command["type"];

export interface ActionState {
  action: ActionName;
  /** `settling`: done a moment ago, and not to be tapped again yet. */
  phase: "pending" | "settling" | "done" | "failed";
  /** `unanswered`: nobody knows whether it was carried out, and it will not be asked again. */
  code?: ErrorCode | "unanswered";
}

/** By slot: what may not be done twice at a time, such as `lock` for locking and unlocking. */
export type ActionStates = ReadonlyMap<string, ActionState>;

/** A button may change its meaning under a finger that taps twice; so long after the answer it does nothing. */
const settle_ms = 600;
/** How long a success is said. */
const done_shown_ms = 4_000;

/** What was tapped on a screen that shows no answer is not carried out much later, in another situation. */
const answered_within_ms = 8_000;

/** Carries out what is asked for on cards: one command in each slot of a room at a time. */
export class ActionDesk {
  private readonly rooms = new Map<string, Signal<ActionStates>>();
  private readonly settling = new Set<string>();

  constructor(private readonly send: (command: Command, within_ms?: number) => Promise<ReplyFrame>) {}

  of(room: string): ReadonlySignal<ActionStates> {
    return this.states(room);
  }

  /**
   * The reply; nothing when the slot is not free and the command was not sent. `lasting`: holds however long it takes,
   * such as what was so before the line was lost.
   */
  async run(room: string, slot: string, command: Command, lasting = false): Promise<ReplyFrame | undefined> {
    const key = `${room}/${slot}`;
    if (this.settling.has(key)) return undefined;
    this.settling.add(key);
    this.set(room, slot, { action: command.type, phase: "pending" });
    const reply = await this.send(command, lasting ? undefined : answered_within_ms);
    if (!reply.ok) {
      // Nothing has changed, so there is nothing to hit by mistake.
      this.settling.delete(key);
      const { code, retryable } = reply.error;
      const unanswered = code === "timed_out" && !retryable;
      this.set(room, slot, { action: command.type, phase: "failed", code: unanswered ? "unanswered" : code });
      return reply;
    }
    const done: ActionState = { action: command.type, phase: "done" };
    this.set(room, slot, { action: command.type, phase: "settling" });
    setTimeout(() => {
      this.settling.delete(key);
      this.set(room, slot, done);
    }, settle_ms);
    setTimeout(() => {
      if (this.states(room).peek().get(slot) === done) this.dismiss(room, slot);
    }, done_shown_ms);
    return reply;
  }

  /** Takes away what is said about a slot. */
  dismiss(room: string, slot: string): void {
    const states = new Map(this.states(room).peek());
    states.delete(slot);
    this.states(room).value = states;
  }

  /** The room left the board. */
  forget(room: string): void {
    this.rooms.delete(room);
  }

  private states(room: string): Signal<ActionStates> {
    let states = this.rooms.get(room);
    if (states === undefined) {
      states = signal<ActionStates>(new Map());
      this.rooms.set(room, states);
    }
    return states;
  }

  private set(room: string, slot: string, state: ActionState): void {
    this.states(room).value = new Map(this.states(room).peek()).set(slot, state);
  }
}
