import { comeBack } from "./close_codes.js";
import type { Asked, Command, Passing } from "./commands.js";
import type { AnyFrame, ErrorCode, ProtocolError, ReplyFrame, WelcomeFrame } from "./protocol.js";
import { randomId } from "./random_id.js";

/** Milliseconds; the engine's settings are in docs/operations.md. */
export const timing = {
  /** From opening a socket to its welcome. */
  connect_timeout_ms: 5_000,
  retry_first_ms: 1_000,
  retry_max_ms: 30_000,
  /** The first retry after a loss: at once, but not everybody in the same instant. No retry comes sooner than that. */
  retry_now_max_ms: 250,
  /** A clock that jumps by more than this was asleep, and its socket perhaps with it. */
  time_jump_ms: 5_000,
  tick_ms: 1_000,
  /** How much later than due, or asked for, a beat may come before what is shown is called old. */
  beat_late_ms: 3_000,
} as const;

/** How many commands may wait for an answer; further ones are refused at once. */
const commandsWaitingMax = 64;

export type LinkState =
  | { phase: "connecting"; since: number }
  | { phase: "live" }
  /** Waits to try again at `retry_at` (milliseconds of `now`). */
  | { phase: "lost"; since: number; retry_at: number }
  /** Over for good: `code` of the close, and what the engine said before it. */
  | { phase: "ended"; code: number; error?: ProtocolError };

/** What the connection needs of its surroundings; tests give their own. */
export interface Surroundings {
  open(url: string, subprotocol: string): WebSocket;
  /** Milliseconds that never go back. */
  now(): number;
  random(): number;
  setTimeout(run: () => void, delay_ms: number): number;
  clearTimeout(timer: number): void;
  /** Milliseconds of the wall clock, by which a sleep is noticed. */
  wallClock(): number;
}

export const browser: Surroundings = {
  open: (url, subprotocol) => new WebSocket(url, subprotocol),
  now: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (run, delay_ms) => setTimeout(run, delay_ms) as unknown as number,
  clearTimeout: (timer) => clearTimeout(timer),
  wallClock: () => Date.now(),
};

export interface ConnectionOptions {
  /** ws://HOST/ws or wss://HOST/ws. */
  url: string;
  token: string;
  /** Which visit a patient looks at, when the token does not say. */
  room?: string;
  /** Random, one for each tab; kept over reloads, so that a page that comes back takes its own place. */
  device?: string;
  /** After how much silence the engine is asked for a sign of life. Without it, its own beats must do. */
  ask_after_ms?: number;
  /** The longest wait between two attempts; `timing.retry_max_ms` without it. */
  retry_max_ms?: number;
  /** Every frame but replies, in order, after the connection has taken note of its position. */
  onFrame(frame: AnyFrame): void;
  /** After each welcome, before any later frame: the place to say presence anew. */
  onWelcome?(frame: WelcomeFrame): void;
  onState?(state: LinkState): void;
  surroundings?: Surroundings;
}

interface Waiting {
  frame: Asked;
  resolve(reply: ReplyFrame): void;
}

/**
 * One engaged line to the engine: opens, says hello, resumes where it was, comes back when it is lost, as the protocol
 * asks. Commands given while there is no line wait for it and are repeated under their own id, so each has one effect.
 */
export class Connection {
  private socket: WebSocket | undefined;
  private readonly around: Surroundings;
  private readonly waiting = new Map<string, Waiting>();
  private state: LinkState;
  private token: string;
  private position: { epoch: number; seq: number } | undefined;
  private welcomed = false;
  private beat_ms = 20_000;
  private failures = 0;
  private window_ms: number | undefined;
  private lastError: ProtocolError | undefined;
  private retryTimer: number | undefined;
  private connectTimer: number | undefined;
  private tickTimer: number | undefined;
  /** A beat was asked for and nothing has come since. */
  private askedAt: number | undefined;
  private heardAt: number;
  private tickedAt: number;

  constructor(private readonly options: ConnectionOptions) {
    this.around = options.surroundings ?? browser;
    this.token = options.token;
    this.heardAt = this.around.now();
    this.tickedAt = this.around.wallClock();
    this.state = { phase: "connecting", since: this.heardAt };
  }

  /** Opens the line and keeps it until `close`. */
  start(): void {
    this.open();
    this.tick();
  }

  /** Ends the line for good; waiting commands get no answer any more. */
  close(): void {
    this.stopTimers();
    this.around.clearTimeout(this.tickTimer ?? 0);
    this.drop();
    this.waiting.clear();
    this.become({ phase: "ended", code: 1000 });
  }

  /** Milliseconds since the engine was last heard of. */
  silence_ms(): number {
    return this.around.now() - this.heardAt;
  }

  /** True while what is shown is to be trusted: no beat is overdue. */
  fresh(): boolean {
    return this.state.phase === "live" && this.silence_ms() < this.beat_ms + timing.beat_late_ms && !this.unanswered();
  }

  linkState(): LinkState {
    return this.state;
  }

  /**
   * The answer of the engine; never fails. What got no answer on a lost line is asked again on the next, but not after
   * `within_ms`: then the reply is a `timed_out` that is not retryable, and whether it was carried out is not known.
   */
  send(command: Command, within_ms?: number): Promise<ReplyFrame> {
    const frame = { ...command, id: randomId() } as Asked;
    if (this.state.phase === "ended" || this.waiting.size >= commandsWaitingMax) {
      const error: ProtocolError = { code: "rate_limited", message: "not sent", retryable: true };
      return Promise.resolve({ type: "reply", id: frame.id, ok: false, error });
    }
    return new Promise((resolve) => {
      this.waiting.set(frame.id, { frame, resolve });
      if (this.welcomed) this.write(frame);
      if (within_ms !== undefined) this.around.setTimeout(() => this.giveUp(frame.id), within_ms);
    });
  }

  private giveUp(id: string): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    const error: ProtocolError = { code: "timed_out", message: "no answer, and not asked again", retryable: false };
    waiting?.resolve({ type: "reply", id, ok: false, error });
  }

  /** For others in the call: lost without a word while there is no line. */
  pass(frame: Passing): void {
    if (this.welcomed) this.write({ ...frame, id: randomId() });
  }

  /** A new token of the same person, role, clinic and room; used from now on. */
  renew(token: string): Promise<ReplyFrame> {
    this.token = token;
    return this.send({ type: "renew", token });
  }

  /**
   * The page is seen again, the network is back, or a lot of time went by: what was waiting to be tried is tried now,
   * and a line that may have died in its sleep is asked for a sign of life, or replaced. `certain`: the network has
   * changed under it, or a person wants it tried anew.
   */
  wake(certain: boolean): void {
    this.failures = 0;
    switch (this.state.phase) {
      case "ended":
        return;
      case "lost":
        return this.open();
      case "connecting":
        if (certain && this.around.now() - this.state.since > timing.tick_ms) this.open();
        return;
      case "live":
        if (certain || this.silence_ms() > this.beat_ms + timing.tick_ms) this.open();
        else this.ask();
    }
  }

  private ask(): void {
    if (!this.welcomed || this.askedAt !== undefined) return;
    this.askedAt = this.around.now();
    this.write({ type: "ask_beat", id: randomId() });
  }

  private unanswered(): boolean {
    return this.askedAt !== undefined && this.around.now() - this.askedAt >= timing.beat_late_ms;
  }

  private open(): void {
    this.stopTimers();
    this.drop();
    this.become({ phase: "connecting", since: this.around.now() });
    this.lastError = undefined;
    const socket = this.around.open(this.options.url, "machiai.v1");
    this.socket = socket;
    this.connectTimer = this.around.setTimeout(() => this.lost(socket, 1006), timing.connect_timeout_ms);
    socket.onopen = () => this.hello(socket);
    socket.onmessage = (message) => {
      if (socket === this.socket && typeof message.data === "string") this.take(message.data);
    };
    socket.onclose = (event) => this.lost(socket, event.code);
  }

  private hello(socket: WebSocket): void {
    if (socket !== this.socket) return;
    const { room, device } = this.options;
    this.write({
      type: "hello",
      token: this.token,
      ...(room === undefined ? {} : { room }),
      ...(device === undefined ? {} : { device }),
      ...(this.position === undefined ? {} : { resume: this.position }),
    });
  }

  private take(text: string): void {
    this.heardAt = this.around.now();
    this.askedAt = undefined;
    const frame = parsed(text);
    if (frame === undefined) return;
    switch (frame.type) {
      case "welcome":
        return this.takeWelcome(frame);
      case "reply":
        return this.takeReply(frame);
      case "reconnect":
        this.window_ms = frame.window_ms;
        break;
      case "error":
        this.lastError = frame.error;
        break;
      case "beat":
        if (this.position !== undefined && frame.epoch === this.position.epoch && frame.seq > this.position.seq) {
          // A frame was missed: only a new line with `resume` brings it.
          return this.open();
        }
        break;
      default:
        if ("seq" in frame && !("more" in frame && frame.more)) this.position = { epoch: frame.epoch, seq: frame.seq };
    }
    this.options.onFrame(frame);
  }

  private takeWelcome(frame: WelcomeFrame): void {
    this.around.clearTimeout(this.connectTimer ?? 0);
    this.welcomed = true;
    this.failures = 0;
    this.window_ms = undefined;
    this.beat_ms = frame.beat_ms;
    if (frame.outcome === "nothing_missed") this.position = { epoch: frame.epoch, seq: frame.seq };
    // What is asked for from here on is written at once; only what waited before is repeated.
    const unanswered = [...this.waiting.values()];
    this.become({ phase: "live" });
    this.options.onFrame(frame);
    this.options.onWelcome?.(frame);
    for (const { frame: command } of unanswered) this.write(command);
  }

  private takeReply(frame: ReplyFrame): void {
    const waiting = this.waiting.get(frame.id);
    if (waiting === undefined) return;
    if (!frame.ok && isOpen(frame.error.code)) {
      // Asked again on the next line, or a little later.
      this.around.setTimeout(() => {
        if (this.welcomed && this.waiting.has(frame.id)) this.write(waiting.frame);
      }, timing.retry_first_ms);
      return;
    }
    this.waiting.delete(frame.id);
    waiting.resolve(frame);
  }

  private lost(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    const hadOpened = this.welcomed;
    this.drop();
    const what = comeBack(code, hadOpened);
    if (what === "never") {
      this.stopTimers();
      this.become({ phase: "ended", code, ...(this.lastError === undefined ? {} : { error: this.lastError }) });
      return;
    }
    this.retryAfter(this.delay_ms(what));
  }

  private delay_ms(what: "now" | "window" | "later"): number {
    const window_ms = this.window_ms;
    this.window_ms = undefined;
    // However the line ended after that was announced.
    if (window_ms !== undefined) return this.around.random() * window_ms;
    if (what === "now" && this.failures === 0) return this.around.random() * timing.retry_now_max_ms;
    const ceiling = Math.min(
      this.options.retry_max_ms ?? timing.retry_max_ms,
      timing.retry_first_ms * 2 ** this.failures,
    );
    this.failures = Math.min(this.failures + 1, 16);
    return Math.max(timing.retry_now_max_ms, ceiling * this.around.random());
  }

  private retryAfter(delay_ms: number): void {
    this.stopTimers();
    const now = this.around.now();
    this.become({ phase: "lost", since: now, retry_at: now + delay_ms });
    this.retryTimer = this.around.setTimeout(() => this.open(), delay_ms);
  }

  /** Once a second: a sleep shows as a jump of the clock, a dead line as a question without answer or by its silence. */
  private tick(): void {
    const clock = this.around.wallClock();
    const slept = Math.abs(clock - this.tickedAt) > timing.time_jump_ms;
    this.tickedAt = clock;
    if (slept) this.wake(false);
    if (this.state.phase === "live") this.doubt();
    if (this.state.phase !== "ended") this.tickTimer = this.around.setTimeout(() => this.tick(), timing.tick_ms);
  }

  private doubt(): void {
    const silence_ms = this.silence_ms();
    if (this.unanswered() || silence_ms >= 2 * this.beat_ms + timing.tick_ms) this.open();
    else if (silence_ms >= (this.options.ask_after_ms ?? Infinity)) this.ask();
  }

  private write(frame: object): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(frame));
  }

  /** Forgets the present socket without coming back. */
  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    this.welcomed = false;
    this.askedAt = undefined;
    if (socket === undefined) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    if (socket.readyState < 2) socket.close();
  }

  private stopTimers(): void {
    this.around.clearTimeout(this.retryTimer ?? 0);
    this.around.clearTimeout(this.connectTimer ?? 0);
  }

  private become(state: LinkState): void {
    this.state = state;
    this.options.onState?.(state);
  }
}

/** The outcome is unknown or not there yet (what a lost line asked may still be worked on), or the engine is about to go. */
function isOpen(code: ErrorCode): boolean {
  return code === "timed_out" || code === "in_flight" || code === "draining";
}

function parsed(text: string): AnyFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && "type" in value ? (value as AnyFrame) : undefined;
  } catch {
    return undefined;
  }
}
