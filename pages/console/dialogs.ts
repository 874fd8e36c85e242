import { signal } from "@preact/signals";
import type { RoomCard } from "../client";

export interface Confirmation {
  title: string;
  body: string;
  /** What the button says that does it. */
  confirm: string;
  run(): void;
}

/** What is asked before something that cannot be undone at a tap. */
export const confirmation = signal<Confirmation | undefined>(undefined);
/** The visit somebody is being invited to. */
export const inviting = signal<RoomCard | undefined>(undefined);
