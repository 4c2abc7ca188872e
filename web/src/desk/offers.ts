// What is offered to me, above the lists: who it is, how long I have, and yes or no. Nothing here takes the focus of somebody who writes.
import { arrange, h, write } from "../dom.ts";
import { t } from "../words.ts";
import type { Board } from "./board.ts";
import { languageName, reasonName } from "./names.ts";

export interface OfferSides {
  accept(id: string): void;
  decline(id: string): void;
}

export class Offers {
  readonly element = h("ul", { class: "offers", hidden: true });
  #made = new Map<string, Card>();

  constructor(private readonly sides: OfferSides) {}

  draw(state: Board, now: number): void {
    const standing = [...state.offers].filter(([, each]) => each.until > now);
    this.#made = new Map(standing.map(([id]) => [id, this.#made.get(id) ?? new Card(id, this.sides)]));
    for (const [id, each] of standing) {
      const known = state.known.get(id);
      const more = [reasonName(each.reason ?? known?.reason), languageName(known?.language)].filter(Boolean).join(" · ");
      this.#made.get(id)?.draw(known?.name || t("visitor"), more, Math.ceil((each.until - now) / 1000));
    }
    arrange(this.element, [...this.#made.values()].map((each) => each.element));
    this.element.hidden = standing.length === 0;
    this.element.setAttribute("aria-label", t("offers"));
  }
}

class Card {
  readonly #title = h("b");
  readonly #more = h("span", { class: "preview" });
  readonly #left = h("span", { class: "left", "data-testid": "offer-left" });
  readonly #yes = h("button", { type: "button", class: "primary", "data-testid": "offer-accept" });
  readonly #no = h("button", { type: "button", "data-testid": "offer-decline" });
  readonly element: HTMLElement;

  constructor(id: string, sides: OfferSides) {
    this.#yes.onclick = () => sides.accept(id);
    this.#no.onclick = () => sides.decline(id);
    const top = h("div", { class: "row-top" }, this.#title, this.#left);
    this.element = h("li", { "data-testid": "offer" }, top, this.#more, h("div", { class: "buttons" }, this.#yes, this.#no));
  }

  draw(name: string, more: string, seconds: number): void {
    write(this.#title, t("offer", { name }));
    write(this.#more, more);
    write(this.#left, t("seconds", { n: seconds }));
    write(this.#yes, t("take"));
    write(this.#no, t("decline"));
  }
}
