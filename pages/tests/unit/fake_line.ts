import type { Surroundings } from "../../client";

/** A socket whose other end is the test. */
export class FakeSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly said: Record<string, unknown>[] = [];

  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.readyState = 3;
  }

  accept(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  welcome(outcome: "nothing_missed" | "replayed" | "reload" = "reload", seq = 0): void {
    this.accept();
    this.tell({ type: "welcome", session: "1", clinic: "c", sub: "p", role: "patient", outcome, epoch: 1, seq, beat_ms: 20_000 });
  }

  die(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

/** Time and sockets under the test's hand; `pass` runs the timers that become due, in their order. */
export class FakeLine implements Surroundings {
  readonly sockets: FakeSocket[] = [];
  /** What `random` gives. */
  chance = 0.5;
  private time_ms = 0;
  private asleep_ms = 0;
  private nextTimer = 1;
  private readonly timers = new Map<number, { due_ms: number; run: () => void }>();

  get socket(): FakeSocket {
    const last = this.sockets[this.sockets.length - 1];
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  }

  open(): WebSocket {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket as unknown as WebSocket;
  }

  now(): number {
    return this.time_ms;
  }

  wallClock(): number {
    return 1_800_000_000_000 + this.time_ms + this.asleep_ms;
  }

  random(): number {
    return this.chance;
  }

  setTimeout(run: () => void, delay_ms: number): number {
    this.timers.set(this.nextTimer, { due_ms: this.time_ms + delay_ms, run });
    return this.nextTimer++;
  }

  clearTimeout(timer: number): void {
    this.timers.delete(timer);
  }

  /** The machine sleeps: the wall clock goes on, timers do not. */
  sleep(duration_ms: number): void {
    this.asleep_ms += duration_ms;
  }

  pass(duration_ms: number): void {
    const end_ms = this.time_ms + duration_ms;
    for (;;) {
      const due = [...this.timers].filter(([, timer]) => timer.due_ms <= end_ms).sort((a, b) => a[1].due_ms - b[1].due_ms)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.time_ms = Math.max(this.time_ms, due[1].due_ms);
      due[1].run();
    }
    this.time_ms = end_ms;
  }
}
