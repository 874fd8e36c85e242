import { signal } from "@preact/signals";

export const consolePaths = { board: "/console", history: "/console/history", usage: "/console/usage" } as const;
export type ConsolePage = keyof typeof consolePaths;

function pageOf(path: string): ConsolePage {
  const plain = path.replace(/\/+$/, "");
  return plain === consolePaths.history ? "history" : plain === consolePaths.usage ? "usage" : "board";
}

export const page = signal<ConsolePage>(pageOf(location.pathname));

/** Changes the page without a load, so that the line to the engine and a consultation go on. */
export function goTo(next: ConsolePage): void {
  if (next === page.value) return;
  history.pushState(null, "", consolePaths[next]);
  page.value = next;
  window.scrollTo(0, 0);
}

window.addEventListener("popstate", () => (page.value = pageOf(location.pathname)));
