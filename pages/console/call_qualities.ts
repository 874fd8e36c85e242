import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { QualityFrame } from "../client";

export type Measured = Pick<QualityFrame, "quality" | "round_trip_ms" | "loss_permille">;

/** A page measures every few seconds; what is older than this says nothing about now. */
const forget_after_ms = 15_000;

/** How well the calls go, person by person: the last measurement, as long as it is worth something. */
export class CallQualities {
  private readonly people = new Map<string, Signal<Measured | undefined>>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  take(frame: QualityFrame): void {
    const key = `${frame.room}/${frame.person}`;
    const { quality, round_trip_ms, loss_permille } = frame;
    this.slot(key).value = {
      quality,
      ...(round_trip_ms === undefined ? {} : { round_trip_ms }),
      ...(loss_permille === undefined ? {} : { loss_permille }),
    };
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.forget(key), forget_after_ms),
    );
  }

  of(room: string, person: string): ReadonlySignal<Measured | undefined> {
    return this.slot(`${room}/${person}`);
  }

  private forget(key: string): void {
    this.timers.delete(key);
    this.slot(key).value = undefined;
  }

  private slot(key: string): Signal<Measured | undefined> {
    let slot = this.people.get(key);
    if (slot === undefined) {
      slot = signal<Measured | undefined>(undefined);
      this.people.set(key, slot);
    }
    return slot;
  }
}
