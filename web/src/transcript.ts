// Draws rows into a log. Elements are kept by key and replaced only where their row changed, so nothing flickers or is read out twice.
import { clock, day, full } from "./clock.ts";
import { attachments } from "./attachments.ts";
import { ARROW_DOWN, arrange, BELL, fill, h, icon, LOCK, refill } from "./dom.ts";
import type { Pictures } from "./pictures.ts";
import type { LineRow, MessageRow, RatingRow, Row } from "./rows.ts";
import { language, sentence, t } from "./words.ts";

export interface TranscriptSides {
  line(row: LineRow): string;
  author(row: MessageRow): string;
  again(id: string): void;
  pictures: Pictures;
}

/** What stands under the last row; made anew only when its signature changes. */
export interface Tail {
  signature: string;
  make(): HTMLElement;
}

/** Nearer to the end than this, and new messages pull the view along. */
const NEAR_PX = 80;

export class Transcript {
  readonly element: HTMLElement;
  readonly #list = h("div", { class: "rows", role: "log", "aria-live": "polite" });
  readonly #typing = h("div", { class: "typing", hidden: true }, h("i"), h("i"), h("i"));
  readonly #tail = h("div", { class: "tail" });
  readonly #newer = h("button", { class: "newer", type: "button", hidden: true, onclick: () => this.end() });
  readonly #scroll: HTMLElement;
  readonly #shown = new Map<string, { signature: string; element: HTMLElement }>();
  #near = true;

  constructor(private readonly sides: TranscriptSides) {
    this.#scroll = h("div", { class: "scroll", onscroll: () => this.#scrolled() }, this.#list, this.#typing, this.#tail);
    this.element = h("div", { class: "transcript" }, this.#scroll, this.#newer);
    new ResizeObserver(() => this.#near && this.end()).observe(this.#scroll);
  }

  draw(rows: readonly Row[], typing: string | null, tail: Tail | null, now: number): void {
    this.#list.setAttribute("aria-label", t("log"));
    const before = this.#shown.size;
    this.#patch(rows, now);
    this.#typing.hidden = typing === null;
    if (typing !== null) this.#typing.setAttribute("aria-label", typing);
    refill(this.#tail, tail?.signature ?? "", () => (tail ? [tail.make()] : []));
    const mine = rows.at(-1);
    if (this.#near || (mine?.row === "message" && mine.state === "sending")) this.end();
    else if (this.#shown.size > before) this.#announce();
  }

  end(): void {
    this.#near = true;
    this.#newer.hidden = true;
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  clear(): void {
    this.#shown.clear();
    fill(this.#list);
    this.end();
  }

  #announce(): void {
    fill(this.#newer, icon(...ARROW_DOWN), t("newer"));
    this.#newer.hidden = false;
  }

  #scrolled(): void {
    this.#near = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR_PX;
    if (this.#near) this.#newer.hidden = true;
  }

  #patch(rows: readonly Row[], now: number): void {
    const keys = new Set(rows.map((each) => each.key));
    for (const [key, { element }] of this.#shown) {
      if (keys.has(key)) continue;
      element.remove();
      this.#shown.delete(key);
    }
    arrange(this.#list, rows.map((row) => this.#element(row, now)));
  }

  #element(row: Row, now: number): HTMLElement {
    const signature = `${language}${JSON.stringify(row)}${this.#spoken(row, now)}`;
    const old = this.#shown.get(row.key);
    if (old?.signature === signature) return old.element;
    const element = this.#make(row, now);
    if (old) old.element.replaceWith(element);
    else element.classList.add("fresh");
    this.#shown.set(row.key, { signature, element });
    return element;
  }

  /** The words of a row that come from elsewhere and may change while the row does not. */
  #spoken(row: Row, now: number): string {
    if (row.row === "day") return row.pause ? clock(row.at) : `${day(row.at, now)} ${clock(row.at)}`;
    if (row.row === "rating") return rated(row);
    return row.row === "message" ? this.sides.author(row) : this.sides.line(row);
  }

  #make(row: Row, now: number): HTMLElement {
    switch (row.row) {
      case "day":
        return h("div", { class: "day", title: full(row.at) }, this.#spoken(row, now));
      case "line":
        return h("div", { class: "line", "data-holder": row.holder, title: full(row.at) }, h("span", {}, this.sides.line(row)));
      case "rating":
        return h("div", { class: "line rating", title: full(row.at) }, h("span", {}, rated(row)));
      case "message":
        return this.#message(row);
    }
  }

  #message(row: MessageRow): HTMLElement {
    const author = this.sides.author(row);
    return h(
      "div",
      {
        class: `message ${row.mine ? "mine" : "theirs"}${row.first ? " first" : ""}${row.last ? " last" : ""}${row.note ? " note" : ""}`,
        "data-seq": row.seq || "", "data-author": row.author, "data-state": row.state, "data-id": row.id,
      },
      row.first && !row.mine && h("div", { class: "name" }, row.author === "bot" && icon(...BELL), author),
      h(
        "div",
        { class: "line-up" },
        h("div", { class: "bubble", title: full(row.at) }, row.note && icon(...LOCK), row.text && h("span", { class: "text" }, row.text), picture(row.image), row.files.length > 0 && attachments(row.files, this.sides.pictures)),
        h("time", { datetime: new Date(row.at).toISOString() }, clock(row.at)),
      ),
      row.told && this.#state(row),
    );
  }

  #state(row: MessageRow): HTMLElement {
    if (row.state === "received") return h("div", { class: "state" });
    if (row.state === "waiting") return h("div", { class: "state" }, row.code ? sentence(row.code) : t("waiting"));
    if (row.state !== "failed") return h("div", { class: "state" }, t(row.state));
    return h(
      "div",
      { class: "state trouble" },
      `${t("failed")}${language === "zh" ? "：" : ". "}${sentence(row.code)} `,
      row.code !== "closed" && h("button", { type: "button", class: "again", onclick: () => this.sides.again(row.id) }, t("again")),
    );
  }
}

function rated(row: RatingRow): string {
  const colon = language === "zh" ? "：" : ": ";
  const words = `${t("desk_rated")}${colon}${t(`rate_${row.stars as 1 | 2 | 3 | 4 | 5}`)} (${row.stars}/5)`;
  return row.text ? `${words}${language === "zh" ? "，" : ", "}“${row.text}”` : words;
}

/** Pictures from elsewhere are not loaded, only named: they would tell a third party who reads this. */
function picture(image: string): HTMLElement | null {
  if (!image) return null;
  const url = URL.canParse(image, location.href) ? new URL(image, location.href) : null;
  if (url?.origin === location.origin) return h("img", { src: url.href, alt: t("picture"), loading: "lazy" });
  if (url?.protocol !== "https:") return null;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, t("picture"));
}
