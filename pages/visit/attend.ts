import { effect } from "@preact/signals";
import { consultation, deviceTest } from "./call_parts";
import { chime } from "./chime";
import { pageTitle } from "./page_title";
import type { VisitModel } from "./visit_model";
import { keepScreenOn } from "./wake_lock";

/** What a visit does beside its picture: title, chime when called, screen kept on, parts fetched ahead. Gives what ends it. */
export function attend(model: VisitModel): () => void {
  let before = "";
  let letGo: (() => void) | undefined;
  const ends = effect(() => {
    const screen = model.screen.value;
    document.title = pageTitle(screen, model.visit.value);
    const { kind } = screen;
    if (kind === before) return;
    if (kind === "consultation" && (before === "waiting" || before === "retest")) chime();
    before = kind;
    const waits = kind === "waiting" || kind === "retest" || kind === "consultation";
    if (waits) letGo ??= keepScreenOn();
    else {
      letGo?.();
      letGo = undefined;
    }
    if (kind === "start") deviceTest.prefetch();
    if (kind === "device_test" || kind === "waiting") consultation.prefetch();
  });
  return () => {
    ends();
    letGo?.();
  };
}
