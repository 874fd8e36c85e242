/** 2026-12 is one after 2026-11. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const months = year * 12 + number - 1 + by;
  return `${String(Math.floor(months / 12)).padStart(4, "0")}-${String((months % 12) + 1).padStart(2, "0")}`;
}

const names = {
  ja: new Intl.DateTimeFormat("ja-JP", { timeZone: "UTC", year: "numeric", month: "long" }),
  en: new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", year: "numeric", month: "long" }),
};

/** 2026年11月, or November 2026. */
export function monthText(month: string, language: "ja" | "en"): string {
  return names[language].format(new Date(`${month}-01T00:00:00Z`));
}
