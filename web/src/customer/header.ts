// Who answers now, and a line about the connection only when something is wrong.
import type { Holding } from "../conversation.ts";
import { BELL, h, icon, refill, write } from "../dom.ts";
import type { Child } from "../dom.ts";
import type { LinkState } from "../link.ts";
import { REPLACED } from "../link.ts";
import { language, t } from "../words.ts";

export class Header {
  readonly #face = h("div", { class: "face", "aria-hidden": "true" });
  readonly #title = h("strong");
  readonly #more = h("span", { class: "more" });
  readonly #language: HTMLButtonElement;
  readonly #line = h("div", { class: "connection", "data-testid": "connection", role: "status", hidden: true });
  readonly element: HTMLElement;

  constructor(private readonly sides: { language(): void; connect(): void }) {
    this.#language = h("button", { type: "button", class: "quiet", "data-testid": "lang", onclick: sides.language });
    const who = h("div", { class: "who", "data-testid": "holder", role: "status" }, this.#title, this.#more);
    this.element = h("header", {}, h("div", { class: "top" }, this.#face, who, this.#language), this.#line);
  }

  draw(holding: Holding | null): void {
    const [title, more] = described(holding);
    write(this.#title, title);
    write(this.#more, more);
    write(this.#language, t("language_short"));
    this.#language.setAttribute("aria-label", t("language"));
    this.#face.dataset["holder"] = holding?.holder ?? "bot";
    const initial = (holding?.holder === "agent" && holding.name && [...holding.name][0]) || "";
    refill(this.#face, initial, () => [initial || icon(...BELL)]);
  }

  /** A short loss says nothing: people would only be worried by a line that flashes. */
  connection(state: LinkState, long: boolean): void {
    this.#line.hidden = state.is === "open" || (state.is !== "stopped" && !long);
    const code = state.is === "stopped" ? state.code : 0;
    refill(this.#line, `${state.is} ${code} ${language}`, () => (state.is === "stopped" ? this.#stopped(code) : [h("i", { class: "spin" }), t("lost")]));
  }

  #stopped(code: number): Child[] {
    const [text, button] = code === REPLACED ? [t("replaced"), t("use_here")] : [t("stopped"), t("connect")];
    return [text, h("button", { type: "button", onclick: () => this.sides.connect() }, button)];
  }
}

function described(holding: Holding | null): [string, string] {
  switch (holding?.holder) {
    case "queue":
      return [t("header_queue"), queue(holding)];
    case "agent":
      return [holding.name ? t("agent_named", { name: holding.name }) : t("agent"), t("header_agent_more")];
    case "nobody":
      return [t("header_closed"), ""];
    default:
      return [t("header_bot"), t("header_bot_more")];
  }
}

function queue({ position, wait_seconds }: Holding): string {
  const place = position === undefined ? "" : t("place", { n: position });
  if (wait_seconds === undefined) return place;
  const minutes = Math.ceil(wait_seconds / 60);
  const wait = wait_seconds < 60 ? t("about_seconds") : t("about_minutes", { n: minutes });
  return [place, wait].filter(Boolean).join(" · ");
}
