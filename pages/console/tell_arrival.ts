import { timeOfDay } from "../shared/clock";
import { chime, notifyDesktop } from "./alerts";
import type { Arrival } from "./console_store";
import { consoleText } from "./console_text";
import { spoken } from "./spoken";

/** Somebody came: heard, said to screen readers, and on the desktop without a name, since others may look on. */
export function tellArrival({ card, who }: Arrival): void {
  const text = consoleText();
  const time = timeOfDay(card.starts_at);
  const chart =
    card.patients.find((each) => each.patient === who.person)?.chart_number ?? card.patients[0]?.chart_number ?? "";
  spoken.value = text.arrivalSaid(who.display_name, time);
  chime();
  notifyDesktop(
    text.arrivalTitle,
    chart === "" ? text.arrivalBodyPlain(time) : text.arrivalBody(time, chart),
    `${card.room}/${who.person}`,
  );
}
