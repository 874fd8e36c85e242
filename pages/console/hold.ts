import { signal } from "@preact/signals";
import type { SectionName } from "./board_sections";
import type { Held } from "./held_order";

/** Whoever rests on a list this long without a move is not about to tap; a frozen list would only hide what is new. */
const let_go_after_ms = 15_000;

/** The list that is kept still, if any. */
export const held = signal<Held | undefined>(undefined);

let list: HTMLElement | undefined;
let point: { x: number; y: number } | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;

/** A pointer moves in the list, or the keyboard's focus does. `shown`: its rooms in their present order. */
export function hold(
  section: SectionName,
  element: HTMLElement,
  shown: () => readonly string[],
  at?: { x: number; y: number },
): void {
  clearTimeout(idle);
  idle = setTimeout(letGo, let_go_after_ms);
  list = element;
  point = at;
  if (held.peek()?.section !== section) held.value = { section, rooms: shown() };
}

export function letGo(): void {
  clearTimeout(idle);
  list = undefined;
  point = undefined;
  held.value = undefined;
}

/** Before a change of the board: what is under the pointer is kept there, whatever grows above it in its list. */
export function keepUnderPointer(): void {
  if (list === undefined || point === undefined) return;
  const anchor = document.elementFromPoint(point.x, point.y);
  if (anchor === null || anchor === list || !list.contains(anchor)) return;
  const scroller = getComputedStyle(list).overflowY === "auto" ? list : document.documentElement;
  const top_px = scroller === list ? list.getBoundingClientRect().top : 0;
  const before_px = anchor.getBoundingClientRect().top;
  const card = anchor.closest("article");
  requestAnimationFrame(() => {
    if (!anchor.isConnected) return;
    const grown_px = anchor.getBoundingClientRect().top - before_px;
    // The head of its own card says whom a tap is about: that stays in sight.
    const above_px = card === null ? Infinity : card.getBoundingClientRect().top - top_px;
    scroller.scrollTop += grown_px > 0 ? Math.min(grown_px, Math.max(0, above_px)) : grown_px;
  });
}
