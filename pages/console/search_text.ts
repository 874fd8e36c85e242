import type { RoomCard } from "../client";

/** Width, case, blanks and the kind of kana make no difference to whoever looks for a name. */
export function searchForm(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\s\u30fb]/g, "")
    .replace(/[\u3041-\u3096]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) + 0x60));
}

const forms = new WeakMap<RoomCard, string>();

// A card is replaced, never changed, so what was made of it stays true as long as the card is there.
function formOf(card: RoomCard): string {
  let form = forms.get(card);
  if (form === undefined) {
    const names = card.patients.flatMap((each) => [each.name, each.kana, each.chart_number]);
    form = [...names, ...card.participants.map((each) => each.display_name)].map(searchForm).join("\n");
    forms.set(card, form);
  }
  return form;
}

/** By a patient's name, kana or chart number, or the name of anybody in the visit. `wanted` is in `searchForm`. */
export function matches(card: RoomCard, wanted: string): boolean {
  return wanted === "" || formOf(card).includes(wanted);
}
