import { afterEach, describe, expect, it } from "vitest";
import { guestTexts } from "../../guest/texts";
import { patientTexts } from "../../patient/texts";
import { language } from "../../shared/language";
import { texts } from "../../visit/texts";

/** Every text of a catalogue, functions called with a small number. */
function all(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "function") return [String((value as (given: number) => unknown)(3))];
  return Object.values(value as object).flatMap(all);
}

describe("the catalogues of patients and guests", () => {
  afterEach(() => void (language.value = "ja"));

  it.each([
    ["the visit", texts],
    ["the patient's page", patientTexts],
    ["the guest's page", guestTexts],
  ])("of %s hold no Japanese in English", (_, catalogue) => {
    language.value = "en";
    for (const text of all((catalogue as () => unknown)())) expect(text).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
  });
});
