// The left pane: what I hold, and who waits.
import { ago, full, waited } from "../clock.ts";
import { fill, h } from "../dom.ts";
import type { Waiting } from "../frames.ts";
import { t } from "../words.ts";
import { mine } from "./board.ts";
import type { Board, Summary } from "./board.ts";
import { languageName, reasonName } from "./names.ts";

/** From here on a wait is long, and then too long. */
const AMBER_MS = 60_000;
const RED_MS = 5 * 60_000;

export class Lists {
  readonly element = h("nav", { class: "lists" });

  constructor(private readonly choose: (id: string) => void, private readonly reload: () => void) {}

  draw(state: Board, loaded: "no" | "yes" | "failed", now: number): void {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["row"] : undefined;
    const rest = state.total - state.waiting.length;
    fill(
      this.element,
      h("h2", {}, t("mine"), badge(state.mine.size)),
      loaded === "failed" && this.#failed(),
      h("ul", {}, ...mine(state).map((each) => this.#mine(each, state, now))),
      loaded === "yes" && state.mine.size === 0 && empty(t("mine_empty"), t("mine_empty_more")),
      loaded === "no" && h("p", { class: "empty" }, t("loading")),
      h("h2", {}, t("queue"), badge(state.total)),
      h("ul", {}, ...state.waiting.map((each) => this.#waiting(each, state, now))),
      state.waiting.length === 0 && empty(t("queue_empty"), t("queue_empty_more")),
      rest > 0 && h("p", { class: "empty" }, t("queue_rest", { n: rest })),
    );
    // The rows are made anew; who walks through them by keyboard keeps the place.
    if (focused) this.element.querySelector<HTMLElement>(`[data-row="${CSS.escape(focused)}"]`)?.focus();
  }

  #mine(each: Summary, state: Board, now: number): HTMLElement {
    const at = Date.parse(each.last_at ?? "");
    const unread = (each.unread ?? 0) > 0;
    return this.#row(each.id, "mine-row", state, [
      h("div", { class: "row-top" }, h("b", {}, each.name || t("visitor")), at > 0 && h("time", { title: full(at) }, ago(at, now))),
      h("div", { class: "row-more" }, h("span", { class: "last" }, each.last_text || ""), unread && h("i", { class: "dot", role: "img", "aria-label": t("unread"), title: t("unread") })),
    ]);
  }

  #waiting(each: Waiting, state: Board, now: number): HTMLElement {
    const since = Date.parse(each.asked);
    const level = now - since > RED_MS ? "red" : now - since > AMBER_MS ? "amber" : "";
    const words = [reasonName(each.reason), languageName(each.language)].filter(Boolean).join(" · ");
    return this.#row(each.conversation, "queue-row", state, [
      h("div", { class: "row-top" }, h("b", {}, each.name || t("visitor")), h("time", { class: `wait ${level}`, title: full(since) }, waited(since, now))),
      h("div", { class: "row-more" }, h("span", { class: "last" }, words), each.returned && h("span", { class: "tag" }, t("returned"))),
    ]);
  }

  #row(id: string, testid: string, state: Board, children: HTMLElement[]): HTMLElement {
    const current = state.chosen === id;
    const button = h("button", { type: "button", class: "row", "data-testid": testid, "data-row": id, "aria-current": current ? "true" : null, onclick: () => this.choose(id) }, ...children);
    return h("li", {}, button);
  }

  #failed(): HTMLElement {
    return h("p", { class: "empty trouble", role: "alert" }, t("lists_failed"), " ", h("button", { type: "button", class: "again", onclick: this.reload }, t("again")));
  }
}

function badge(count: number): HTMLElement | false {
  return count > 0 && h("span", { class: "badge" }, String(count));
}

function empty(first: string, second: string): HTMLElement {
  return h("p", { class: "empty" }, first, h("br"), second);
}
