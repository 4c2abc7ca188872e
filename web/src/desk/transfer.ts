// To whom a conversation goes: colleagues with their load and languages, or the front of the queue; with a note that no customer sees.
import { fill, h } from "../dom.ts";
import type { Team, Teammate } from "../generated/rest.ts";
import { t } from "../words.ts";
import { languageName } from "./names.ts";

const QUEUE = "queue";

export interface TransferSides {
  team(): Promise<Team>;
  send(conversation: string, to: string, note: string): void;
}

export class Transfer {
  readonly #form = h("form", { method: "dialog" });
  readonly element = h("dialog", { class: "transfer", "data-testid": "transfer-dialog" }, this.#form);
  #conversation = "";
  #limit = 4000;

  constructor(private readonly me: string, private readonly sides: TransferSides) {
    this.#form.onsubmit = () => this.#submitted();
  }

  limit(characters: number): void {
    this.#limit = characters;
  }

  open(conversation: string): void {
    this.#conversation = conversation;
    this.element.setAttribute("aria-label", t("transfer"));
    fill(this.#form, h("p", { class: "hint" }, t("loading")));
    if (!this.element.open) this.element.showModal();
    void this.#load(conversation);
  }

  close(): void {
    if (this.element.open) this.element.close();
  }

  async #load(conversation: string): Promise<void> {
    const team = await this.sides.team().catch(() => null);
    if (!this.element.open || this.#conversation !== conversation) return;
    const others = team?.agents.filter((each) => each.id !== this.me) ?? [];
    const note = h("textarea", { name: "note", rows: 3, maxlength: this.#limit, "data-testid": "transfer-note" });
    fill(
      this.#form,
      h("h2", {}, t("transfer")),
      team === null && h("p", { class: "hint" }, t("team_failed")),
      h("div", { class: "choices", role: "radiogroup", "aria-label": t("transfer_to") }, choice(QUEUE, t("transfer_queue"), t("transfer_queue_more"), true, true), ...others.map(colleague)),
      h("label", { class: "field" }, t("transfer_note"), note),
      h(
        "div",
        { class: "buttons" },
        h("button", { type: "submit", class: "primary", "data-testid": "transfer-send" }, t("transfer_send")),
        h("button", { type: "button", onclick: () => this.close() }, t("cancel")),
      ),
    );
    this.#form.querySelector("input")?.focus();
  }

  #submitted(): void {
    const said = new FormData(this.#form);
    this.sides.send(this.#conversation, String(said.get("to") ?? QUEUE), String(said.get("note") ?? "").trim());
  }
}

/** Whom the server would refuse cannot be chosen, and it says why. */
function colleague(each: Teammate): HTMLElement {
  const there = each.online && each.status === "available";
  const full = each.holds >= each.capacity;
  const state = !there ? t("away") : t("load", { n: each.holds, of: each.capacity });
  const more = [state, there && full ? t("load_full") : "", ...each.languages.map(languageName)].filter(Boolean).join(" · ");
  return choice(each.id, each.name, more, there && !full, false);
}

function choice(to: string, name: string, more: string, possible: boolean, chosen: boolean): HTMLElement {
  const radio = h("input", { type: "radio", name: "to", value: to, checked: chosen, disabled: !possible });
  return h("label", { class: "choice", "data-testid": "transfer-choice" }, radio, h("span", {}, h("b", {}, name), h("span", { class: "preview" }, more)));
}
