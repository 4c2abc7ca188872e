// The middle pane: one conversation, its verbs, and where one answers.
import { midnight } from "../clock.ts";
import { Composer } from "../composer.ts";
import type { Conversation } from "../conversation.ts";
import { h, refill, write } from "../dom.ts";
import type { Pictures } from "../pictures.ts";
import type { MessageRow } from "../rows.ts";
import { rows } from "../rows.ts";
import { Transcript } from "../transcript.ts";
import { language, t } from "../words.ts";
import { draft, keepDraft } from "./drafts.ts";
import { holderName, lineName } from "./names.ts";

export type Verb = "take" | "give_back" | "close" | "reopen";

export interface ThreadSides {
  verb(verb: Verb): void;
  transfer(): void;
  say(text: string, note: boolean): void;
  typing(on: boolean): void;
  again(id: string): void;
  pictures: Pictures;
}

const SURE_MS = 3000;

export class Thread {
  readonly composer: Composer;
  readonly #transcript: Transcript;
  readonly #name = h("strong");
  readonly #holder = h("span", { class: "holder", "data-testid": "holder" });
  readonly #take = h("button", { type: "button", class: "primary", "data-testid": "take", onclick: () => this.sides.verb("take") });
  readonly #reopen = h("button", { type: "button", "data-testid": "reopen", onclick: () => this.sides.verb("reopen") });
  readonly #transfer = h("button", { type: "button", "data-testid": "transfer", onclick: () => this.sides.transfer() });
  readonly #back = h("button", { type: "button", "data-testid": "give-back", onclick: () => this.sides.verb("give_back") });
  readonly #close = h("button", { type: "button", "data-testid": "close", onclick: () => this.askClose() });
  readonly #reply = h("button", { type: "button", role: "tab", "data-testid": "reply-tab", onclick: () => this.note(false) });
  readonly #noteTab = h("button", { type: "button", role: "tab", "data-testid": "note-tab", onclick: () => this.note(true) });
  readonly #hint = h("p", { class: "hint" });
  readonly #foot: HTMLElement;
  readonly #body: HTMLElement;
  readonly #none = h("div", { class: "none" });
  readonly element: HTMLElement;
  #id: string | null = null;
  #noting = false;
  #sure = 0;

  constructor(private readonly me: string, private readonly sides: ThreadSides) {
    this.composer = new Composer(
      { send: (text) => sides.say(text, this.#noting), typing: (on) => !this.#noting && sides.typing(on), changed: (text) => this.#id !== null && keepDraft(this.#id, text) },
      { field: "reply", button: "reply-send" },
    );
    this.#transcript = new Transcript({ line: lineName, author: (row) => this.#author(row), again: sides.again, pictures: sides.pictures });
    const head = h("header", { class: "head" }, h("div", { class: "title" }, this.#name, this.#holder), this.#take, this.#reopen, this.#transfer, this.#back, this.#close);
    this.#foot = h("div", { class: "foot" }, h("div", { class: "tabs", role: "tablist" }, this.#reply, this.#noteTab), this.#hint, this.composer.element);
    this.#body = h("div", { class: "body" }, head, this.#transcript.element, this.#foot);
    this.element = h("section", { class: "thread" }, this.#none, this.#body);
  }

  draw(state: Conversation | null, name: string, now: number): void {
    this.#enter(state?.id ?? null);
    this.#none.hidden = state !== null;
    this.#body.hidden = state === null;
    refill(this.#none, language, () => [h("p", {}, t("choose")), h("p", { class: "keys" }, t("choose_more"))]);
    if (!state) return;
    write(this.#name, name);
    const typing = state.typing?.kind === "customer" ? t("typing") : null;
    this.#transcript.draw(rows(state, { kind: "agent", id: this.me }, midnight), typing, null, now);
    write(this.#holder, holderName(state.holding, this.me));
    this.#holder.dataset["holder"] = state.holding?.holder ?? "";
    this.#verbs(state);
  }

  note(on: boolean): void {
    this.#noting = on;
    this.#words();
    this.composer.focus();
  }

  /** Closing cannot be undone: it asks once, in the same place. */
  askClose(): void {
    if (this.#close.hidden) return;
    if (Date.now() - this.#sure < SURE_MS) {
      this.#sure = 0;
      return this.sides.verb("close");
    }
    this.#sure = Date.now();
    write(this.#close, t("close_sure"));
    this.#close.classList.add("danger");
    setTimeout(() => this.#unsure(), SURE_MS);
  }

  limit(characters: number): void {
    this.composer.limit(characters);
  }

  #unsure(): void {
    this.#sure = 0;
    this.#close.classList.remove("danger");
    write(this.#close, t("close"));
  }

  /** Another conversation: its draft is where it was left. */
  #enter(id: string | null): void {
    if (id === this.#id) return;
    this.#id = id;
    this.#noting = false;
    this.#unsure();
    this.composer.text = id === null ? "" : draft(id);
    this.#transcript.clear();
  }

  #verbs({ holding }: Conversation): void {
    const mine = holding?.holder === "agent" && holding.agent === this.me;
    const free = holding?.holder === "queue" || holding?.holder === "bot";
    this.#take.hidden = !free;
    this.#back.hidden = !mine && holding?.holder !== "queue";
    this.#close.hidden = !mine;
    this.#transfer.hidden = !mine;
    this.#reopen.hidden = holding?.holder !== "nobody";
    const closed = holding?.holder === "nobody";
    this.#foot.classList.toggle("closed", closed);
    this.composer.enable(mine || (this.#noting && !closed));
    write(this.#hint, mine || this.#noting ? "" : t(closed ? "closed_here" : free ? "not_mine" : "held_other"));
    this.#hint.hidden = mine || this.#noting;
    this.#words();
  }

  #words(): void {
    write(this.#take, t("take"));
    write(this.#reopen, t("reopen"));
    write(this.#transfer, t("transfer"));
    write(this.#back, t("give_back"));
    if (this.#sure === 0) write(this.#close, t("close"));
    write(this.#reply, t("reply"));
    write(this.#noteTab, t("note"));
    this.#reply.setAttribute("aria-selected", String(!this.#noting));
    this.#noteTab.setAttribute("aria-selected", String(this.#noting));
    this.#foot.classList.toggle("noting", this.#noting);
    this.composer.words(t(this.#noting ? "note_placeholder" : "reply_placeholder"));
    if (this.#noting) this.composer.enable(!this.#foot.classList.contains("closed"));
  }

  #author(row: MessageRow): string {
    if (row.author === "bot") return t("bot");
    if (row.author === "customer") return this.#name.textContent || t("visitor");
    return row.name || t("agent");
  }
}
