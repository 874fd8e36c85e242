import type { Board } from "../client";
import { dayOf, durationWords, timeWithSeconds } from "../shared/clock";
import { stretchText } from "./audio_only";
import { eventText } from "./event_text";
import { doctorName, patientName, personName } from "./name_lookup";
import type { Statement, StatementLine } from "./statement";

const byteOrderMark = "\ufeff";

type Language = "ja" | "en";
type Cell = string | number;
interface Row {
  line: StatementLine;
  names: Board;
  language: Language;
}
interface Column {
  heading: Record<Language, string>;
  of(row: Row): Cell;
}

// What the page shows, and beside it what a program needs: ids and milliseconds.
const columns: readonly Column[] = [
  { heading: { ja: "診察日", en: "date" }, of: ({ line }) => line.usage_date },
  { heading: { ja: "請求月", en: "billing month" }, of: ({ line }) => line.billing_month },
  { heading: { ja: "予約ID", en: "appointment" }, of: ({ line }) => line.room },
  { heading: { ja: "版", en: "revision" }, of: ({ line }) => line.revision },
  { heading: { ja: "訂正", en: "correction" }, of: ({ line, language }) => mark(line.is_correction, language, "訂正") },
  { heading: { ja: "テスト", en: "test" }, of: ({ line, language }) => mark(line.is_test, language, "テスト") },
  { heading: { ja: "医師", en: "doctors" }, of: ({ line, names }) => joined(line.doctors, (id) => doctorName(names, id)) },
  { heading: { ja: "医師ID", en: "doctor ids" }, of: ({ line }) => line.doctors.join(" ") },
  {
    heading: { ja: "患者", en: "patients" },
    of: ({ line, names }) => joined(line.patients, (id) => patientName(names, line.room, id)),
  },
  { heading: { ja: "患者ID", en: "patient ids" }, of: ({ line }) => line.patients.join(" ") },
  {
    heading: { ja: "在室時間", en: "in room" },
    of: ({ line, language }) => durationWords(line.doctor_in_room_ms, language),
  },
  { heading: { ja: "在室時間(ミリ秒)", en: "in room (ms)" }, of: ({ line }) => line.doctor_in_room_ms },
  { heading: { ja: "単位数", en: "units" }, of: ({ line }) => line.units },
  { heading: { ja: "追加参加者", en: "additional participants" }, of: ({ line }) => line.additional_participants },
  { heading: { ja: "基本料(円)", en: "base (yen)" }, of: ({ line }) => line.base_yen },
  { heading: { ja: "追加料(円)", en: "additional (yen)" }, of: ({ line }) => line.additional_yen },
  { heading: { ja: "合計・税抜(円)", en: "total ex tax (yen)" }, of: ({ line }) => line.total_yen_ex_tax },
  { heading: { ja: "映像なしの時間", en: "without video" }, of: withoutVideo },
  { heading: { ja: "根拠の記録", en: "events" }, of: eventsOf },
];

function mark(holds: boolean, language: Language, word: string): string {
  if (!holds) return "";
  return language === "ja" ? word : "yes";
}

function joined(ids: readonly string[], name: (id: string) => string): string {
  return ids.map(name).join("・");
}

function withoutVideo({ line, names }: Row): string {
  return line.audio_only.map((each) => `${personName(names, line.room, each.person)} ${stretchText(each)}`).join("; ");
}

/** 1:7 入室 森 恵子 2026-11-24 09:00:00, in Japan's time. */
function eventsOf({ line, names }: Row): string {
  return line.sources
    .map(({ position, kind, person, counts_from }) => {
      const who = person === undefined ? [] : [personName(names, line.room, person)];
      const when = `${dayOf(counts_from)} ${timeWithSeconds(counts_from)}`;
      return [`${position.epoch}:${position.seq}`, eventText(kind), ...who, when].join(" ");
    })
    .join("; ");
}

/**
 * The month's lines by RFC 4180, with the mark by which Excel knows UTF-8. A text that a spreadsheet would take for a
 * formula is given an apostrophe in front; numbers stay numbers, also negative ones. Times are those of Japan.
 */
export function usageCsv(statement: Statement, language: Language, names: Board): string {
  const head = columns.map((column) => cellText(column.heading[language])).join(",");
  const rows = statement.lines.map((line) =>
    columns.map((column) => cellText(column.of({ line, names, language }))).join(","),
  );
  return byteOrderMark + [head, ...rows].map((row) => `${row}\r\n`).join("");
}

function cellText(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  const harmless = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}
