/** Arrow keys on the board: up and down in a list, left and right to the neighbouring list. */
export function moveBetweenCards(event: KeyboardEvent): void {
  const board = event.currentTarget as HTMLElement;
  const from = event.target instanceof Element ? event.target.closest<HTMLElement>(".visit") : null;
  if (from === null || event.altKey || event.ctrlKey || event.metaKey) return;
  const list = from.closest<HTMLElement>(".column-list");
  if (list === null) return;
  const target = neighbour(board, list, from, event.key);
  if (target === undefined) return;
  event.preventDefault();
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

function neighbour(board: HTMLElement, list: HTMLElement, from: HTMLElement, key: string): HTMLElement | undefined {
  const cards = cardsOf(list);
  const place = cards.indexOf(from);
  if (key === "ArrowDown") return cards[place + 1];
  if (key === "ArrowUp") return cards[place - 1];
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const lists = [...board.querySelectorAll<HTMLElement>(".column-list")].filter(
    (each) => each.offsetParent !== null && cardsOf(each).length > 0,
  );
  const next = lists[lists.indexOf(list) + (key === "ArrowRight" ? 1 : -1)];
  return next === undefined ? undefined : (cardsOf(next)[Math.min(place, cardsOf(next).length - 1)] ?? undefined);
}

function cardsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>(".visit")];
}

/** "/" leads to the search from anywhere but a field, and the arrow down from there to the first card. */
export function startSearchKey(): void {
  document.addEventListener("keydown", (event) => {
    const field = document.querySelector<HTMLInputElement>("#board-search");
    if (field === null || document.querySelector("dialog[open]") !== null) return;
    const inField = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
    if (event.key === "/" && !inField && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "ArrowDown" && event.target === field) {
      event.preventDefault();
      [...document.querySelectorAll<HTMLElement>(".visit")].find((card) => card.offsetParent !== null)?.focus();
    } else if (event.key === "Escape" && event.target === field && field.value !== "") {
      field.value = "";
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}
