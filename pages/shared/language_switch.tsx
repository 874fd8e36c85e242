import type { JSX } from "preact";
import { language, setLanguage } from "./language";

/** Names the other language in that language, so that whoever needs it can read it. */
export function LanguageSwitch(): JSX.Element {
  const other = language.value === "ja" ? "en" : "ja";
  return (
    <button type="button" class="button language" lang={other} onClick={() => setLanguage(other)}>
      {other === "en" ? "English" : "日本語"}
    </button>
  );
}
