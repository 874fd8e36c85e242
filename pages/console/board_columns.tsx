import { signal, type ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import type { BoardModel } from "./board_model";
import { sectionNames, type SectionName } from "./board_sections";
import { boardText } from "./board_text";
import { BoardColumn } from "./board_column";
import { moveBetweenCards } from "./card_keys";
import { held } from "./hold";

/** On a phone one section is shown at a time; on anything wider this changes nothing. */
const chosen = signal<SectionName | undefined>(undefined);

/** What somebody chose, or else the first section that has something to do in it. */
function sectionShown(sections: Record<SectionName, readonly unknown[]>): SectionName {
  const busy = (["waiting", "consulting", "absent"] as const).find((name) => sections[name].length > 0);
  return chosen.value ?? busy ?? "waiting";
}

interface Props {
  model: BoardModel;
  notices?: ReadonlySignal<ReadonlyMap<string, number>>;
}

export function BoardColumns({ model, notices }: Props): JSX.Element {
  const { sections, held_back } = model.shown.value;
  const shownSection = sectionShown(sections);
  const heldSection = held.value?.section;
  const filtered = model.search.value !== "" || model.doctor.value !== "";
  return (
    <div class="board" onKeyDown={moveBetweenCards}>
      <SectionTabs model={model} />
      <div class="columns">
        {sectionNames.map((name) => (
          <BoardColumn
            key={name}
            section={name}
            cards={sections[name]}
            heldBack={name === heldSection ? held_back : 0}
            {...(notices === undefined ? {} : { notices })}
            isShown={name === shownSection}
            isFiltered={filtered}
          />
        ))}
      </div>
    </div>
  );
}

function SectionTabs({ model }: { model: BoardModel }): JSX.Element {
  const text = boardText();
  const shownSection = sectionShown(model.shown.value.sections);
  return (
    <div class="section-tabs" role="group" aria-label={text.tabs}>
      {sectionNames.map((name) => (
        <button
          key={name}
          type="button"
          class={`section-tab ${name}`}
          aria-pressed={name === shownSection}
          onClick={() => (chosen.value = name)}
        >
          <span>{text.section[name]}</span>
          <span class="tab-count">{model.shown.value.sections[name].length}</span>
        </button>
      ))}
    </div>
  );
}
