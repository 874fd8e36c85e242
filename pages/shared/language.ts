import { signal } from "@preact/signals";

export type Language = "ja" | "en";

const storageKey = "machiai.language";

function firstLanguage(): Language {
  try {
    const kept = localStorage.getItem(storageKey);
    if (kept === "ja" || kept === "en") return kept;
  } catch {
    // A browser that keeps nothing still has a language of its own.
  }
  return navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en";
}

export const language = signal<Language>("ja");

/** Called once by each page before it draws. */
export function startLanguage(): void {
  setLanguage(firstLanguage());
}

export function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // As above: then it holds for this page.
  }
}

/** What a catalogue may hold: a text, or a function that makes one. */
type Entry = string | ((...values: never[]) => string);
type Other<Texts> = { [Key in keyof Texts]: Texts[Key] extends string ? string : Texts[Key] };

/**
 * A page's texts in both languages, Japanese first: `const text = catalogue({…}, {…})`, then `text().heading` inside a
 * component, which is drawn anew when the language changes.
 */
export function catalogue<Texts extends Record<string, Entry | Record<string, Entry>>>(
  ja: Texts,
  en: NoInfer<{ [Key in keyof Texts]: Texts[Key] extends Record<string, Entry> ? Other<Texts[Key]> : Other<Texts>[Key] }>,
): () => Texts {
  return () => (language.value === "ja" ? ja : (en as Texts));
}
