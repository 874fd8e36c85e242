import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { RoomCard } from "../client";
import { Icon } from "../shared/icons";
import type { SectionName } from "./board_sections";
import { boardText } from "./board_text";
import { held, hold, letGo } from "./hold";
import { VisitCard } from "./visit_card";

interface Props {
  section: SectionName;
  cards: readonly RoomCard[];
  /** Changes that wait until the list is let go. */
  heldBack: number;
  notices?: ReadonlySignal<ReadonlyMap<string, number>>;
  /** False on a narrow screen for all but the chosen section. */
  isShown: boolean;
  isFiltered: boolean;
}

/** One section of the board: a list that scrolls for itself and stands still while somebody is about to act in it. */
export function BoardColumn({ section, cards, heldBack, notices, isShown, isFiltered }: Props): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const rooms = useRef<readonly string[]>([]);
  rooms.current = cards.map((card) => card.room);
  const text = boardText();
  const holdHere = (at?: { x: number; y: number }) => {
    if (list.current !== null) hold(section, list.current, () => rooms.current, at);
  };
  const release = () => {
    if (held.peek()?.section === section) letGo();
  };
  return (
    <section class={`column ${section}${isShown ? "" : " not-shown"}`} aria-labelledby={`section-${section}`}>
      <header class="column-head">
        <h2 id={`section-${section}`}>
          {text.section[section]} <span class="column-count">{text.count(cards.length)}</span>
        </h2>
        {heldBack > 0 && (
          <button type="button" class="held-back" title={text.heldBackHint} onClick={release}>
            <Icon name="history" size={15} />
            {text.heldBack(heldBack)}
          </button>
        )}
      </header>
      <ol
        ref={list}
        class={held.value?.section === section ? "column-list held" : "column-list"}
        data-section={section}
        onPointerMove={(event) => holdHere({ x: event.clientX, y: event.clientY })}
        onPointerLeave={release}
        onFocusIn={(event) => {
          if (event.target instanceof Element && event.target.matches(":focus-visible")) holdHere();
        }}
        onFocusOut={(event) => {
          if (!(event.relatedTarget instanceof Node) || list.current?.contains(event.relatedTarget) !== true) release();
        }}
      >
        {cards.map((card) => (
          <li key={card.room} class="slot">
            <VisitCard card={card} section={section} notice={notices?.value.get(card.room) ?? 0} />
          </li>
        ))}
        {cards.length === 0 && <li class="empty">{isFiltered ? text.emptySearch : text.empty[section]}</li>}
      </ol>
    </section>
  );
}
