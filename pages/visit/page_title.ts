import { isPatientView, type Visit } from "../client";
import { texts } from "./texts";
import type { Screen } from "./visit_screen";

/** What the tab says while another one is looked at. No name of a person: titles end up in histories. */
export function pageTitle(screen: Screen, visit: Visit | null | undefined): string {
  const text = texts();
  if (screen.kind === "consultation") return text.titleCalled;
  const place = visit && isPatientView(visit) ? visit.place_in_line : undefined;
  if (screen.kind !== "waiting" || place === undefined) return text.title;
  return place > 1 ? text.titleAhead(place - 1) : text.titleNext;
}
