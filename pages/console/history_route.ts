import { consolePaths, page } from "./route";
import { minuteText, type Moment } from "./past_board";

/** The day and minute that the address names, so that a reload or a bookmark shows the same board. */
export function chosenMoment(): Moment | undefined {
  const wanted = new URLSearchParams(location.search);
  const [day, time] = [wanted.get("day") ?? "", wanted.get("time") ?? ""];
  const parts = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day)) || parts === null) return undefined;
  return { day, minute: Number(parts[1]) * 60 + Number(parts[2]) };
}

export function keepMoment(day: string, minute: number): void {
  if (page.peek() !== "history") return;
  history.replaceState(null, "", `${consolePaths.history}?day=${day}&time=${minuteText(minute)}`);
}
