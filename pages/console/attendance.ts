import { signal } from "@preact/signals";
import type { Board } from "../client";
import type { ActionDesk } from "./action_desk";

const keptKey = "machiai.console.room";

/** In which room the signed-in doctor is with this page. Entries are said anew after every welcome. */
export class Attendance {
  readonly room = signal<string | undefined>(sessionStorage.getItem(keptKey) ?? undefined);
  /** The position from which the board shows the doctor in the room; nothing while an entry is not answered. */
  private holdsFrom: number | undefined;

  constructor(
    private readonly me: string,
    private readonly desk: ActionDesk,
    private readonly look: () => { board: Board; seq: number },
    private readonly onEntered: () => void = () => undefined,
  ) {}

  async enter(room: string, again = false): Promise<void> {
    this.holdsFrom = undefined;
    const reply = await this.desk.run(room, "doctor", { type: "enter_room", room }, again);
    if (reply === undefined) return;
    if (reply.ok) {
      this.keep(room);
      this.onEntered();
      if ("seq" in reply) this.holdsFrom = reply.seq;
      this.check();
    } else if (this.room.peek() === room) {
      this.keep(undefined);
    }
  }

  async leave(): Promise<void> {
    const room = this.room.peek();
    if (room === undefined) return;
    const reply = await this.desk.run(room, "doctor", { type: "leave_room", room });
    if (reply?.ok === true) this.keep(undefined);
  }

  /** A new connection knows nothing of the doctor's stay until it is said. */
  welcomed(): void {
    const room = this.room.peek();
    this.holdsFrom = undefined;
    if (room !== undefined) void this.enter(room, true);
  }

  /** Notices on the board when the stay was ended: by the end of the consultation, or from another page. */
  check(): void {
    const room = this.room.peek();
    const { board, seq } = this.look();
    if (room === undefined || this.holdsFrom === undefined || seq < this.holdsFrom) return;
    const mine = board.cards.get(room)?.participants.find((each) => each.person === this.me);
    if (mine?.whereabouts !== "in_room") this.keep(undefined);
  }

  private keep(room: string | undefined): void {
    this.room.value = room;
    if (room === undefined) sessionStorage.removeItem(keptKey);
    else sessionStorage.setItem(keptKey, room);
  }
}
