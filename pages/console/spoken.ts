import { signal } from "@preact/signals";

/** The last arrival in words, for those who listen to the page. */
export const spoken = signal("");
