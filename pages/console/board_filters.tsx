import type { JSX } from "preact";
import type { DoctorProfile } from "../client";
import type { BoardModel } from "./board_model";
import { boardText } from "./board_text";

interface Props {
  model: BoardModel;
  doctors: ReadonlyMap<string, DoctorProfile>;
}

export function BoardFilters({ model, doctors }: Props): JSX.Element {
  const text = boardText();
  const elsewhere = model.elsewhere.value;
  return (
    <search class="filters">
      <input
        id="board-search"
        type="search"
        class="search"
        dir="auto"
        maxLength={100}
        value={model.search.value}
        placeholder={text.search}
        aria-label={text.search}
        aria-keyshortcuts="/"
        title={text.searchKey}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => (model.search.value = event.currentTarget.value)}
      />
      <select
        class="doctor-filter"
        aria-label={text.doctorFilter}
        value={model.doctor.value}
        onChange={(event) => (model.doctor.value = event.currentTarget.value)}
      >
        <option value="">{text.allDoctors}</option>
        {[...doctors.values()].map((each) => (
          <option key={each.doctor} value={each.doctor}>
            {each.name}
          </option>
        ))}
      </select>
      {elsewhere > 0 && (
        <label class="other-days">
          <input
            type="checkbox"
            checked={model.otherDays.value}
            onChange={(event) => (model.otherDays.value = event.currentTarget.checked)}
          />
          <span>{text.otherDays(elsewhere)}</span>
        </label>
      )}
    </search>
  );
}
