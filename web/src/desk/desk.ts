// The three panes at work: wires the link, the outbox and the board to what is drawn.
import type { Input } from "../conversation.ts";
import { BELL, coalesced, fill, h, icon, refill, set, write } from "../dom.ts";
import type { Child } from "../dom.ts";
import type { FromClient, FromServer, Refusal } from "../frames.ts";
import { newId } from "../identity.ts";
import { Link, REPLACED, TOKEN_REFUSED } from "../link.ts";
import type { LinkState } from "../link.ts";
import type { Outbox } from "../outbox.ts";
import { Pictures } from "../pictures.ts";
import { language, sentence, t } from "../words.ts";
import { drawAside } from "./aside.ts";
import { about, beside, board, chosen, late, listed, offered, queued, settled, stepped } from "./board.ts";
import type { Board, Summary } from "./board.ts";
import { onKeys } from "./keys.ts";
import { Lists } from "./lists.ts";
import { call, mayNotify } from "./calling.ts";
import { Offers } from "./offers.ts";
import type { Account } from "./session.ts";
import { Thread } from "./thread.ts";
import type { Verb } from "./thread.ts";
import { Transfer } from "./transfer.ts";
import type { Team } from "../generated/rest.ts";

const TYPING_MS = 6000;
const LIST_MS = 300;
const TOAST_MS = 6000;
const CLOCK_MS = 1000;
const STATUS = "bellhop.status";

export class Desk {
  readonly element: HTMLElement;
  readonly #link: Link;
  readonly #lists: Lists;
  readonly #offers = new Offers({ accept: (id) => this.#accept(id), decline: (id) => this.#send({ type: "decline", conversation: id }) });
  readonly #transfer: Transfer;
  readonly #thread: Thread;
  readonly #aside = h("aside", { class: "aside" });
  readonly #stale = h("div", { class: "stale", "data-testid": "connection", role: "status", hidden: true });
  readonly #toast = h("div", { class: "toast", role: "alert", hidden: true });
  readonly #status = h("button", { type: "button", class: "status", role: "switch", "data-testid": "status", onclick: () => this.#switch() });
  readonly #language = h("button", { type: "button", class: "quiet", "data-testid": "lang" });
  readonly #leave = h("button", { type: "button", class: "quiet", "data-testid": "logout" });
  readonly redraw = coalesced(() => this.#draw());
  readonly #end = new AbortController();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #read = new Map<string, number>();
  #board: Board;
  #loaded: "no" | "yes" | "failed" = "no";
  #linked: LinkState = { is: "connecting" };
  /** What I asked to take: when it is mine I can write at once. */
  #taking: string | null = null;
  #reopening = false;
  #available = sessionStorage.getItem(STATUS) !== "away";

  constructor(
    private readonly account: Account,
    private readonly outbox: Outbox,
    private readonly person: { id: string; name: string },
    sides: { turn(): void; leave(): void },
  ) {
    this.#board = board(person.id);
    this.#lists = new Lists((id) => this.#choose(id), () => void this.#list(), this.#offers.element);
    this.#transfer = new Transfer(person.id, {
      team: () => account.get<Team>("/api/agents"),
      send: (conversation, to, note) => this.#send({ type: "transfer", conversation, to, ...(note ? { note } : {}) }),
    });
    this.#thread = new Thread(person.id, {
      verb: (verb) => this.#verb(verb),
      transfer: () => this.#handOn(),
      say: (text, note) => this.#say(text, note),
      typing: (on) => this.#board.chosen && this.#link.send({ type: "typing", on, conversation: this.#board.chosen }),
      again: (id) => this.#board.chosen && this.#apply(this.#board.chosen, { on: "again", id }),
      pictures: new Pictures("", () => account.token()),
    });
    this.#language.onclick = sides.turn;
    this.#leave.onclick = sides.leave;
    this.element = this.#frame();
    this.#link = new Link({ token: (fresh) => account.token(fresh), frame: (frame) => this.#received(frame), state: (state) => this.#connected(state) });
    onKeys({ move: (by) => this.#choose(beside(this.#board, by)), take: () => this.#takeOrHandOn(), close: () => this.#thread.askClose(), note: () => this.#thread.note(true), leave: () => this.#escape() }, this.#end.signal);
    addEventListener("focus", this.redraw, { signal: this.#end.signal });
    const clock = setInterval(() => document.visibilityState === "visible" && this.redraw(), CLOCK_MS);
    this.#end.signal.addEventListener("abort", () => clearInterval(clock));
    this.redraw();
    void this.#begin();
  }

  stop(): void {
    this.#end.abort();
    this.#link.stop();
  }

  #frame(): HTMLElement {
    const top = h("header", { class: "bar" }, h("span", { class: "brand" }, icon(...BELL), "Bellhop"), h("span", { class: "gap" }), this.#status, h("span", { class: "me" }, this.person.name), this.#language, this.#leave);
    return h("main", { class: "desk" }, top, this.#stale, h("div", { class: "panes" }, this.#lists.element, this.#thread.element, this.#aside), this.#transfer.element, this.#toast);
  }

  async #begin(): Promise<void> {
    for (const [id, items] of await this.outbox.load(this.person.id)) this.#apply(id, { on: "kept", items });
    if (!this.#end.signal.aborted) this.#link.start();
  }

  // ---- what comes in

  #received(frame: FromServer): void {
    if (frame.type === "welcome") return this.#welcomed(frame);
    if (frame.type === "queue") this.#board = queued(this.#board, frame.waiting, frame.total);
    if (frame.type === "offer") this.#offered(frame);
    if (frame.type === "overdue") this.#board = late(this.#board, frame);
    if (frame.type === "status") this.#statusSet(frame);
    this.#board = settled(this.#board, frame);
    if (frame.type === "pong") for (const id of this.#board.open.keys()) this.#apply(id, { on: "frame", frame });
    if (frame.type === "error") this.#refused(frame);
    const id = about(frame) ?? (frame.type === "error" ? this.#sender(frame.id) : null);
    // Looked at once and forgotten since: the server still pushes it.
    if (id && this.#board.open.has(id)) this.#apply(id, { on: "frame", frame });
    if (id && frame.type === "typing") this.#later(`typing ${id}`, TYPING_MS, () => this.#apply(id, { on: "hush" }));
    if (frame.type === "holder" && frame.agent?.id === this.person.id && !this.#board.open.has(frame.conversation)) this.#open(frame.conversation);
    if (frame.type === "holder") this.#later("list", LIST_MS, () => void this.#list());
    this.redraw();
  }

  #offered(frame: Extract<FromServer, { type: "offer" }>): void {
    const before = this.#board.offers.has(frame.conversation);
    this.#board = offered(this.#board, frame, Date.now());
    if (!before && this.#board.offers.has(frame.conversation)) call(() => this.#choose(frame.conversation));
  }

  #statusSet(frame: Extract<FromServer, { type: "status" }>): void {
    if (frame.agent.id !== this.person.id) return;
    this.#available = frame.status === "available";
    sessionStorage.setItem(STATUS, frame.status);
    this.#tell(t(frame.reason === "missed" ? "away_missed" : "away_set"));
  }

  #welcomed(frame: Extract<FromServer, { type: "welcome" }>): void {
    this.#thread.limit(frame.limits.text_characters);
    this.#transfer.limit(frame.limits.text_characters);
    // What still stands is told anew.
    this.#board = { ...this.#board, offers: new Map() };
    this.#link.send({ type: "status", status: this.#available ? "available" : "away" });
    for (const id of new Set([...(frame.holds ?? []), ...this.#board.open.keys()])) {
      this.#link.send({ type: "watch", conversation: id });
      this.#apply(id, { on: "frame", frame });
    }
    void this.#list();
  }

  async #list(): Promise<void> {
    try {
      const { conversations } = await this.account.get<{ conversations: Summary[] }>("/api/conversations?state=mine");
      this.#board = chosen(listed(this.#board, conversations), this.#board.chosen);
      this.#loaded = "yes";
    } catch {
      this.#loaded = this.#loaded === "yes" ? "yes" : "failed";
    }
    this.redraw();
  }

  /** What was said tells its own trouble in the conversation; everything else is told here. */
  #refused(frame: Refusal): void {
    if (frame.id !== undefined || frame.code === "rate_limited") return;
    const raced = this.#taking !== null && frame.code !== "unavailable";
    this.#taking = null;
    const reopening = this.#reopening && frame.code === "not_possible";
    this.#reopening = false;
    const plain = ["unavailable", "not_found", "closed", "not_assigned", "not_available"].includes(frame.code);
    this.#tell(frame.code === "full" ? t("error_full") : reopening ? t("error_reopen") : raced ? t("error_taken") : plain ? sentence(frame.code) : t("error_action"));
  }

  #sender(id: string | undefined): string | null {
    const found = [...this.#board.open].find(([, each]) => each.outbox.some((own) => own.id === id));
    return found?.[0] ?? null;
  }

  #connected(state: LinkState): void {
    if (state.is === "lost" || state.is === "stopped") for (const id of this.#board.open.keys()) this.#apply(id, { on: "lost" });
    this.#linked = state;
    if (state.is === "stopped" && state.code === TOKEN_REFUSED) void this.account.token(true).then(() => this.#link.start(), () => undefined);
    this.redraw();
  }

  // ---- what goes out

  #apply(id: string, input: Input): void {
    const before = this.#board.open.get(id)?.outbox ?? [];
    const [next, effects] = stepped(this.#board, id, input);
    this.outbox.follow(this.person.id, id, before, next.open.get(id)?.outbox ?? []);
    this.#board = next;
    for (const effect of effects) {
      if (effect.do === "send") this.#link.send(effect.frame);
      else this.#later(`flush ${id}`, effect.ms, () => this.#apply(id, { on: "flush" }));
    }
    this.redraw();
  }

  #choose(id: string | null): void {
    if (id === null || id === this.#board.chosen) return;
    const fresh = !this.#board.open.has(id);
    this.#board = chosen(this.#board, id);
    if (fresh) this.#open(id);
    this.redraw();
  }

  #open(id: string): void {
    this.#link.send({ type: "watch", conversation: id });
    this.#apply(id, { on: "ask" });
  }

  #accept(id: string): void {
    this.#choose(id);
    if (this.#send({ type: "take", conversation: id })) this.#taking = id;
  }

  #takeOrHandOn(): void {
    const holding = this.#board.chosen && this.#board.open.get(this.#board.chosen)?.holding;
    if (holding && holding.holder === "agent" && holding.agent === this.person.id) this.#handOn();
    else this.#verb("take");
  }

  #handOn(): void {
    if (this.#board.chosen) this.#transfer.open(this.#board.chosen);
  }

  /** Says so where it cannot go out now. */
  #send(frame: FromClient): boolean {
    const gone = this.#link.send(frame);
    if (!gone) this.#tell(t("stale"));
    return gone;
  }

  #verb(verb: Verb): void {
    const id = this.#board.chosen;
    const holding = id && this.#board.open.get(id)?.holding;
    if (!id || !holding || (verb === "take" && holding.holder === "agent")) return;
    if (!this.#send({ type: verb, conversation: id })) return;
    this.#taking = verb === "take" || verb === "reopen" ? id : null;
    this.#reopening = verb === "reopen";
    if (verb === "take") mayNotify();
  }

  #say(text: string, note: boolean): void {
    const id = this.#board.chosen;
    if (id) this.#apply(id, { on: "say", id: newId(), text, note, at: Date.now() });
    if (note) this.#thread.note(false);
  }

  #switch(): void {
    this.#available = !this.#available;
    if (this.#available) mayNotify();
    sessionStorage.setItem(STATUS, this.#available ? "available" : "away");
    this.#link.send({ type: "status", status: this.#available ? "available" : "away" });
    this.redraw();
  }

  #escape(): void {
    if (document.activeElement instanceof HTMLElement && document.activeElement !== document.body) return document.activeElement.blur();
    this.#board = chosen(this.#board, null);
    this.redraw();
  }

  #tell(text: string): void {
    fill(this.#toast, text);
    this.#toast.hidden = false;
    this.#later("toast", TOAST_MS, () => (this.#toast.hidden = true));
  }

  #later(name: string, ms: number, run: () => void): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(name, setTimeout(() => !this.#end.signal.aborted && run(), ms));
  }

  // ---- drawing

  #draw(): void {
    if (this.#end.signal.aborted) return;
    const now = Date.now();
    const id = this.#board.chosen;
    const open = (id !== null && this.#board.open.get(id)) || null;
    const known = id === null ? undefined : this.#board.known.get(id);
    const unread = [...this.#board.mine.values()].filter((each) => (each.unread ?? 0) > 0).length + this.#board.total;
    this.#offers.draw(this.#board, now);
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${t("desk")}`;
    this.#lists.draw(this.#board, this.#loaded, now);
    this.#thread.draw(open, known?.name || t("visitor"), now);
    drawAside(this.#aside, open, known, this.person.id, now);
    this.#bar();
    if (open && open.id === this.#taking && open.holding?.agent === this.person.id) {
      this.#taking = null;
      this.#thread.composer.focus();
    }
    if (open) this.#seen(open.id ?? "", open.top);
  }

  #bar(): void {
    write(this.#language, t("language_short"));
    write(this.#leave, t("logout"));
    write(this.#status, t(this.#available ? "available" : "away"));
    set(this.#status, { "aria-checked": String(this.#available), "aria-label": t("status") });
    set(this.#language, { "aria-label": t("language") });
    this.#stale.hidden = this.#linked.is === "open";
    const code = this.#linked.is === "stopped" ? this.#linked.code : 0;
    refill(this.#stale, `${code} ${language}`, () => (code === 0 ? [t("stale")] : this.#stopped(code)));
  }

  #stopped(code: number): Child[] {
    const [text, button] = code === REPLACED ? [t("replaced"), t("use_here")] : [t("stopped"), t("connect")];
    return [text, h("button", { type: "button", onclick: () => this.#link.start() }, button)];
  }

  #seen(id: string, top: number): void {
    const mine = this.#board.mine.has(id) && document.hasFocus() && document.visibilityState === "visible";
    if (!mine || top <= (this.#read.get(id) ?? 0)) return;
    if (this.#link.send({ type: "read", seq: top, conversation: id })) this.#read.set(id, top);
  }
}
