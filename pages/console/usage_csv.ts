import type { Statement, StatementLine } from "./statement";

const byteOrderMark = "\ufeff";

type Cell = string | number | boolean;
type Column = { heading: { ja: string; en: string }; of(line: StatementLine): Cell };

const columns: readonly Column[] = [
  { heading: { ja: "診察日", en: "date" }, of: (line) => line.usage_date },
  { heading: { ja: "請求月", en: "billing month" }, of: (line) => line.billing_month },
  { heading: { ja: "予約ID", en: "appointment" }, of: (line) => line.room },
  { heading: { ja: "版", en: "revision" }, of: (line) => line.revision },
  { heading: { ja: "訂正", en: "correction" }, of: (line) => line.is_correction },
  { heading: { ja: "テスト", en: "test" }, of: (line) => line.is_test },
  { heading: { ja: "医師", en: "doctors" }, of: (line) => line.doctors.join(" ") },
  { heading: { ja: "患者", en: "patients" }, of: (line) => line.patients.join(" ") },
  { heading: { ja: "医師在室(ミリ秒)", en: "doctor in room (ms)" }, of: (line) => line.doctor_in_room_ms },
  { heading: { ja: "単位数", en: "units" }, of: (line) => line.units },
  { heading: { ja: "追加参加者", en: "additional participants" }, of: (line) => line.additional_participants },
  { heading: { ja: "基本料(円)", en: "base (yen)" }, of: (line) => line.base_yen },
  { heading: { ja: "追加料(円)", en: "additional (yen)" }, of: (line) => line.additional_yen },
  { heading: { ja: "合計・税抜(円)", en: "total ex tax (yen)" }, of: (line) => line.total_yen_ex_tax },
  { heading: { ja: "根拠イベント", en: "events" }, of: eventsOf },
];

function eventsOf(line: StatementLine): string {
  return line.sources.map((each) => `${each.position.epoch}:${each.position.seq} ${each.kind} ${each.at}`).join("; ");
}

/**
 * The month's lines by RFC 4180, with the mark by which Excel knows UTF-8. A text that a spreadsheet would take for a
 * formula is given an apostrophe in front; numbers stay numbers, also negative ones.
 */
export function usageCsv(statement: Statement, language: "ja" | "en"): string {
  const head = columns.map((column) => cellText(column.heading[language])).join(",");
  const rows = statement.lines.map((line) => columns.map((column) => cellText(column.of(line))).join(","));
  return byteOrderMark + [head, ...rows].map((row) => `${row}\r\n`).join("");
}

function cellText(cell: Cell): string {
  if (typeof cell !== "string") return String(cell);
  const harmless = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replace(/"/g, '""')}"` : harmless;
}
