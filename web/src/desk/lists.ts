// The left pane: what I hold, and who waits.
import { ago, full, waited } from "../clock.ts";
import { arrange, h, refill, set, write } from "../dom.ts";
import type { Waiting } from "../frames.ts";
import { language, t } from "../words.ts";
import { mine } from "./board.ts";
import type { Board, Summary } from "./board.ts";
import { languageName, reasonName } from "./names.ts";

/** From here on a wait is long, and then too long. */
const AMBER_MS = 60_000;
const RED_MS = 5 * 60_000;

export type Loaded = "no" | "yes" | "failed";

interface Told {
  id: string;
  name: string;
  more: string;
  at: number;
  time: string;
  level: string;
  mark: "" | "unread" | "returned" | "overdue";
}

export class Lists {
  readonly #mine = new Part("mine", "mine-row", (id) => this.choose(id));
  readonly #queue = new Part("queue", "queue-row", (id) => this.choose(id));
  readonly element: HTMLElement;

  constructor(private readonly choose: (id: string) => void, private readonly reload: () => void, above: HTMLElement) {
    this.element = h("nav", { class: "lists" }, above, this.#mine.element, this.#queue.element);
  }

  draw(state: Board, loaded: Loaded, now: number): void {
    const rest = state.total - state.waiting.length;
    this.#mine.draw(mine(state).map((each) => held(each, state.overdue.has(each.id), now)), state.mine.size, state.chosen);
    this.#queue.draw(state.waiting.map((each) => waits(each, now)), state.total, state.chosen);
    const none = loaded === "no" ? [t("loading")] : state.mine.size === 0 ? [t("mine_empty"), t("mine_empty_more")] : [];
    this.#mine.foot(loaded === "failed" ? [t("lists_failed")] : none, loaded === "failed" ? this.reload : null);
    this.#queue.foot(state.waiting.length === 0 ? [t("queue_empty"), t("queue_empty_more")] : rest > 0 ? [t("queue_rest", { n: rest })] : [], null);
  }
}

function held(each: Summary, overdue: boolean, now: number): Told {
  const at = Date.parse(each.last_at ?? "");
  const unread = (each.unread ?? 0) > 0;
  return { id: each.id, name: each.name || t("visitor"), more: each.last_text ?? "", at, time: at > 0 ? ago(at, now) : "", level: overdue ? "red" : "", mark: overdue ? "overdue" : unread ? "unread" : "" };
}

function waits(each: Waiting, now: number): Told {
  const at = Date.parse(each.asked);
  const level = now - at > RED_MS ? "red" : now - at > AMBER_MS ? "amber" : "";
  const more = [reasonName(each.reason), languageName(each.language)].filter(Boolean).join(" · ");
  return { id: each.conversation, name: each.name || t("visitor"), more, at, time: waited(at, now), level, mark: each.returned ? "returned" : "" };
}

/** One list with its heading. Rows are kept by id, so that a click or the keyboard never loses the row under it. */
class Part {
  readonly #count = h("span", { class: "badge" });
  readonly #title = h("span");
  readonly #rows = h("ul");
  readonly #foot = h("p", { class: "empty" });
  readonly element = h("section", {}, h("h2", {}, this.#title, this.#count), this.#rows, this.#foot);
  #made = new Map<string, Line>();

  constructor(private readonly word: "mine" | "queue", private readonly testid: string, private readonly choose: (id: string) => void) {}

  draw(told: Told[], count: number, chosen: string | null): void {
    write(this.#title, t(this.word));
    write(this.#count, String(count));
    this.#count.hidden = count === 0;
    this.#made = new Map(told.map((each) => [each.id, this.#made.get(each.id) ?? new Line(this.testid, () => this.choose(each.id))]));
    for (const each of told) this.#made.get(each.id)?.draw(each, each.id === chosen);
    arrange(this.#rows, [...this.#made.values()].map((each) => each.element));
  }

  foot(lines: string[], again: (() => void) | null): void {
    this.#foot.hidden = lines.length === 0;
    this.#foot.classList.toggle("trouble", again !== null);
    refill(this.#foot, `${language} ${lines.join()}`, () => [
      ...lines.flatMap((each, index) => (index > 0 ? [h("br"), each] : [each])),
      again && h("button", { type: "button", class: "again", onclick: again }, t("again")),
    ]);
  }
}

class Line {
  readonly #name = h("b");
  readonly #time = h("time");
  readonly #more = h("span", { class: "preview" });
  readonly #mark = h("span");
  readonly #button: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(testid: string, choose: () => void) {
    this.#button = h(
      "button",
      { type: "button", class: "row", "data-testid": testid, onclick: choose },
      h("div", { class: "row-top" }, this.#name, this.#time),
      h("div", { class: "row-more" }, this.#more, this.#mark),
    );
    this.element = h("li", {}, this.#button);
  }

  draw(told: Told, chosen: boolean): void {
    write(this.#name, told.name);
    write(this.#time, told.time);
    write(this.#more, told.more);
    set(this.#time, { class: told.level, title: told.at > 0 ? full(told.at) : null });
    set(this.#button, { "aria-current": chosen ? "true" : null });
    this.#mark.hidden = told.mark === "";
    if (told.mark === "unread") set(this.#mark, { class: "dot", role: "img", "aria-label": t("unread"), title: t("unread") });
    if (told.mark === "returned" || told.mark === "overdue") set(this.#mark, { class: `tag ${told.mark}`, role: null, "aria-label": null, title: null });
    write(this.#mark, told.mark === "returned" || told.mark === "overdue" ? t(told.mark) : "");
    if (chosen && document.activeElement === document.body) this.#button.scrollIntoView({ block: "nearest" });
  }
}
