import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { Board } from "../client";
import { durationWords, timeWithSeconds, yenText } from "../shared/clock";
import { language } from "../shared/language";
import { AudioOnly } from "./audio_only";
import { eventText } from "./event_text";
import { doctorName, patientName, personName } from "./name_lookup";
import type { Source, StatementLine } from "./statement";
import { usageText } from "./usage_text";

/** One line of the bill, to be opened for the events it rests on. */
export function UsageLine({ line, names }: { line: StatementLine; names: Board }): JSX.Element {
  const open = useSignal(false);
  const text = usageText();
  const id = `events-${line.room}-${line.revision}`;
  return (
    <>
      <tr class={line.is_correction ? "correction" : undefined}>
        <td class="nowrap" data-label={text.date}>
          {line.usage_date}
        </td>
        <td>
          <bdi>{line.patients.map((each) => patientName(names, line.room, each)).join("・")}</bdi>
          <span class="room-id">{line.room}</span>
          {line.is_correction && <span class="badge correction">{text.correction(line.revision)}</span>}
          {line.is_test && <span class="badge test">{text.test}</span>}
          {line.audio_only.length > 0 && <span class="badge audio-only-badge">{text.audioOnly}</span>}
        </td>
        <td data-label={text.doctor}>
          <bdi>{line.doctors.map((each) => doctorName(names, each)).join("・")}</bdi>
        </td>
        <td class="number nowrap" data-label={text.time}>
          {durationWords(line.doctor_in_room_ms, language.value)}
        </td>
        <td class="number" data-label={text.units}>
          {line.units}
        </td>
        <td class="number" data-label={text.additional}>
          {text.people(line.additional_participants)}
        </td>
        <td class="number" data-label={text.total}>
          <strong>{yenText(line.total_yen_ex_tax, language.value)}</strong>
        </td>
        <td>
          <button
            type="button"
            class="button small"
            aria-expanded={open.value}
            aria-controls={id}
            onClick={() => (open.value = !open.value)}
          >
            {text.showEvents(line.sources.length)}
          </button>
        </td>
      </tr>
      <tr id={id} class="events-row" hidden={!open.value}>
        <td colSpan={8}>{open.value && <Events line={line} names={names} />}</td>
      </tr>
    </>
  );
}

function Events({ line, names }: { line: StatementLine; names: Board }): JSX.Element {
  return (
    <>
      <AudioOnly line={line} names={names} />
      <EventTable line={line} names={names} />
    </>
  );
}

function EventTable({ line, names }: { line: StatementLine; names: Board }): JSX.Element {
  const text = usageText();
  return (
    <table class="events">
      <thead>
        <tr>
          <th scope="col">{text.position}</th>
          <th scope="col">{text.eventAt}</th>
          <th scope="col">{text.event}</th>
          <th scope="col">{text.person}</th>
          <th scope="col">{text.countsFrom}</th>
        </tr>
      </thead>
      <tbody>
        {line.sources.map((source) => (
          <EventRow
            key={`${source.position.epoch}:${source.position.seq}:${source.person ?? ""}`}
            source={source}
            room={line.room}
            names={names}
          />
        ))}
      </tbody>
    </table>
  );
}

function EventRow({ source, room, names }: { source: Source; room: string; names: Board }): JSX.Element {
  const seconds = (time: string) => `${timeWithSeconds(time)}${time.slice(19, 23)}`;
  return (
    <tr>
      <td>
        {source.position.epoch}:{source.position.seq}
      </td>
      <td>{seconds(source.at)}</td>
      <td>{eventText(source.kind)}</td>
      <td>
        <bdi>{source.person === undefined ? "" : personName(names, room, source.person)}</bdi>
      </td>
      <td>{seconds(source.counts_from)}</td>
    </tr>
  );
}
