// The desk at work: wires the link and the outbox to the board, and says to components what they may read and do.
import { computed, inject, ref, shallowRef } from "vue";
import type { InjectionKey, ShallowRef } from "vue";
import { about, board, chosen, late, learned, listed, looked, noted, offered, promised, queued, settled, stepped, tagged } from "../../src/board.ts";
import type { Board } from "../../src/board.ts";
import { now, setBy } from "../../src/clock.ts";
import type { Entry, FileInfo, FromClient, FromServer, Refusal } from "../../src/frames.ts";
import { LATEST } from "../../src/conversation.ts";
import type { Input } from "../../src/conversation.ts";
import type { Listed } from "../../src/generated/rest.ts";
import { coalesced } from "../../src/dom.ts";
import { newId } from "../../src/identity.ts";
import { Link, TOKEN_REFUSED } from "../../src/link.ts";
import type { LinkState } from "../../src/link.ts";
import type { Outbox } from "../../src/outbox.ts";
import type { Account } from "../../src/session.ts";
import { api, Trouble } from "../api.ts";
import type { Word } from "../i18n.ts";
import { call, mayNotify } from "./calling.ts";
import { refusalWord } from "./refusals.ts";
import type { Asked } from "./refusals.ts";
import { Timers } from "./timers.ts";

export type Verb = "take" | "give_back" | "close" | "reopen";

/** How the desk speaks: `tell` puts it before the person at once. */
export interface Saying {
  t(word: Word): string;
  tell(word: Word): void;
}

export interface Place {
  id: string;
  seq: number;
}

/** A suggestion that was taken, to the customer's message at `seq`. */
export interface Suggested {
  seq: number;
  kind: "answer" | "canned";
  text: string;
}

const TYPING_MS = 6000;
const LIST_MS = 300;
const AGAIN_MS = 1000;
const CLOCK_MS = 1000;
const STATUS = "bellhop.status";

export class Desk {
  /** As it is drawn: of many frames at once the last one counts. */
  readonly board: ShallowRef<Board>;
  readonly linked = shallowRef<LinkState>({ is: "connecting" });
  readonly loaded = ref<"no" | "yes" | "failed">("no");
  readonly available = ref(sessionStorage.getItem(STATUS) !== "away");
  readonly limit = ref(4000);
  /** The server's time, every second while the page is looked at. */
  readonly now = ref(now());
  /** Counts up when what I took is mine: I can write at once. */
  readonly mine = ref(0);
  readonly chosen = computed(() => this.board.value.chosen);
  readonly conversation = computed(() => (this.chosen.value && this.board.value.open.get(this.chosen.value)) || null);
  readonly known = computed(() => (this.chosen.value ? this.board.value.known.get(this.chosen.value) : undefined));
  readonly holding = computed(() => this.conversation.value?.holding ?? null);
  readonly isMine = computed(() => this.holding.value?.holder === "agent" && this.holding.value.agent === this.person.id);
  /** Colleagues who have it on their screen too. */
  readonly lookers = computed(() => (this.board.value.looking.get(this.chosen.value ?? "") ?? []).filter((each) => each.id !== this.person.id));
  /** Where somebody wants to be in the conversation: what was found there. */
  readonly place = shallowRef<Place | null>(null);
  /** There is something that could be said. */
  readonly suggested = shallowRef({ conversation: "", seq: 0 });
  readonly unread = computed(() => [...this.board.value.mine.values()].filter((each) => (each.unread ?? 0) > 0).length + this.board.value.total);
  #board: Board;
  readonly #publish = coalesced(() => (this.board.value = this.#board));
  readonly #link: Link;
  readonly #timers = new Timers();
  readonly #reaching = new Set<string>();
  readonly #read = new Map<string, number>();
  #clock: ReturnType<typeof setInterval> | undefined;
  #asked: Asked | null = null;
  /** By the id of what was made of it: counted once that is in the log. */
  readonly #suggestions = new Map<string, { path: { id: string }; body: { seq: number; kind: "answer" | "canned"; edited: boolean } }>();

  constructor(
    readonly person: { id: string; name: string },
    private readonly account: Account,
    private readonly outbox: Outbox,
    private readonly words: Saying,
  ) {
    this.#board = board(person.id);
    this.board = shallowRef(this.#board);
    this.#link = new Link({ token: (fresh) => account.token(fresh), frame: (frame) => this.#received(frame), state: (state) => this.#connected(state) });
  }

  async start(): Promise<void> {
    this.#clock = setInterval(() => document.visibilityState === "visible" && (this.now.value = now()), CLOCK_MS);
    for (const [id, items] of await this.outbox.load(this.person.id)) this.#apply(id, { on: "kept", items });
    if (!this.#timers.stopped) this.#link.start();
  }

  stop(): void {
    this.#timers.stop();
    clearInterval(this.#clock);
    this.#link.stop();
  }

  connect(): void {
    this.#link.start();
  }

  /** Nothing of this person stays in this browser. */
  forget(): void {
    this.outbox.forget(this.person.id);
    sessionStorage.removeItem(STATUS);
  }

  // ---- what the person does

  choose(id: string | null): void {
    if (id === this.#board.chosen) return;
    const fresh = id !== null && !this.#board.open.has(id);
    this.#set(chosen(this.#board, id));
    this.board.value = this.#board;
    if (fresh) void this.#open(id);
    this.look();
  }

  /** At one message of it. */
  goTo(id: string, seq: number): void {
    this.place.value = { id, seq };
    this.choose(id);
  }

  /** What lies before what is loaded of the one that is looked at. */
  async older(): Promise<void> {
    const state = this.conversation.value;
    const id = state?.id ?? "";
    if (!state || state.since === 0 || this.#reaching.has(id)) return;
    this.#reaching.add(id);
    const after = Math.max(0, state.since - LATEST);
    const page = await api("GET /api/conversations/{id}/messages", { path: { id }, query: { after, limit: state.since - after } }).catch(() => null);
    this.#reaching.delete(id);
    if (page) this.#apply(id, { on: "older", since: after, entries: page.entries as unknown as Entry[] });
  }

  /** Tells colleagues what is on the screen; nothing is while the page is hidden. */
  look(): void {
    const id = document.visibilityState === "visible" ? this.#board.chosen : null;
    this.#link.send({ type: "look", ...(id ? { conversation: id } : {}) });
  }

  /** Throws Trouble. */
  async tag(id: string, change: { add?: string[]; remove?: string[] }): Promise<void> {
    const { tags } = await api("POST /api/conversations/{id}/tags", { path: { id }, body: change });
    this.#set(tagged(this.#board, id, tags));
  }

  /** What a list has told. */
  learn(found: readonly Listed[]): void {
    this.#set(learned(this.#board, found));
  }

  accept(id: string): void {
    this.choose(id);
    if (this.#send({ type: "take", conversation: id })) this.#asked = { verb: "take", id };
  }

  decline(id: string): void {
    this.#send({ type: "decline", conversation: id });
  }

  act(verb: Verb): void {
    const id = this.chosen.value;
    const holding = this.holding.value;
    if (!id || !holding || (verb === "take" && holding.holder === "agent")) return;
    if (!this.#send({ type: verb, conversation: id })) return;
    this.#asked = { verb, id };
    if (verb === "take") mayNotify();
  }

  transfer(conversation: string, to: string, note: string): void {
    this.#send({ type: "transfer", conversation, to, ...(note ? { note } : {}) });
  }

  /** For admins: to anybody who is available, or to oneself. */
  assign(conversation: string, to: string): void {
    this.#send({ type: "assign", conversation, to });
  }

  /** For admins: whether somebody else takes conversations. */
  setStatus(agent: string, status: "available" | "away" | "offline"): void {
    this.#send({ type: "status", status, agent });
  }

  say(text: string, note: boolean, files: readonly FileInfo[] = [], from: Suggested | null = null): void {
    const id = this.chosen.value;
    if (!id) return;
    const own = newId();
    if (from) this.#suggestions.set(own, { path: { id }, body: { seq: from.seq, kind: from.kind, edited: from.text.trim() !== text } });
    this.#apply(id, { on: "say", id: own, text, note, files, at: now() });
  }

  again(id: string): void {
    if (this.chosen.value) this.#apply(this.chosen.value, { on: "again", id });
  }

  typing(on: boolean): void {
    if (this.chosen.value) this.#link.send({ type: "typing", on, conversation: this.chosen.value });
  }

  /** What stands on the screen of somebody who looks at it is read. */
  seen(): void {
    const { chosen: id, mine, open } = this.#board;
    const top = (id && open.get(id)?.top) || 0;
    if (!id || !mine.has(id) || !document.hasFocus() || top <= (this.#read.get(id) ?? 0)) return;
    if (this.#link.send({ type: "read", seq: top, conversation: id })) this.#read.set(id, top);
  }

  turnAvailable(): void {
    this.available.value = !this.available.value;
    if (this.available.value) mayNotify();
    this.#tellStatus();
  }

  async list(): Promise<void> {
    try {
      const { conversations } = await api("GET /api/conversations", { query: { state: "mine", limit: 200 } });
      this.#set(chosen(listed(this.#board, conversations), this.#board.chosen));
      this.loaded.value = "yes";
    } catch {
      this.loaded.value = this.loaded.value === "yes" ? "yes" : "failed";
    }
  }

  // ---- what comes in

  #received(frame: FromServer): void {
    if (frame.type === "welcome") return this.#welcomed(frame);
    if (frame.type === "ack" && frame.at) setBy(Date.parse(frame.at));
    if (frame.type === "ack") this.#counted(frame.id);
    if (frame.type === "suggested") this.suggested.value = frame;
    // A wait that begins now is not counted from a second ago.
    if (frame.type === "queue" || frame.type === "offer") this.now.value = now();
    if (frame.type === "queue") this.#set(queued(this.#board, frame.waiting, frame.total));
    if (frame.type === "offer") this.#offered(frame);
    if (frame.type === "overdue") this.#set(late(this.#board, frame));
    if (frame.type === "sla") this.#promised(frame);
    if (frame.type === "looking") this.#set(looked(this.#board, frame));
    if (frame.type === "tags") this.#set(tagged(this.#board, frame.conversation, frame.tags));
    if (frame.type === "status") this.#statusSet(frame);
    if (frame.type === "error") this.#refused(frame);
    this.#set(noted(settled(this.#board, frame), frame));
    this.#passOn(frame);
    if (frame.type !== "holder") return;
    // Only a move, which has `at`: what answers `watch` is a repeat of the state, and would be answered for ever.
    if (frame.at && frame.agent?.id === this.person.id && !this.#board.open.has(frame.conversation)) this.#link.send({ type: "watch", conversation: frame.conversation });
    this.#took(frame.conversation);
    if (frame.at) this.#timers.later("list", LIST_MS, () => void this.list());
  }

  /** To the conversation that it is about. What was looked at once and is forgotten since is still pushed. */
  #passOn(frame: FromServer): void {
    if (frame.type === "pong") for (const id of this.#board.open.keys()) this.#apply(id, { on: "frame", frame });
    const id = about(frame) ?? (frame.type === "error" ? this.#sender(frame.id) : null);
    if (!id || !this.#board.open.has(id)) return;
    this.#apply(id, { on: "frame", frame });
    if (frame.type === "typing") this.#timers.later(`typing ${id}`, TYPING_MS, () => this.#apply(id, { on: "hush" }));
  }

  #welcomed(frame: Extract<FromServer, { type: "welcome" }>): void {
    if (frame.at) setBy(Date.parse(frame.at));
    this.limit.value = frame.limits.text_characters;
    // What still stands is told anew.
    this.#set({ ...this.#board, offers: new Map() });
    this.#tellStatus();
    for (const id of new Set([...(frame.holds ?? []), ...this.#board.open.keys()])) {
      this.#link.send({ type: "watch", conversation: id });
      // What I hold and have not looked at yet is loaded when I do.
      if (this.#board.open.has(id)) this.#apply(id, { on: "frame", frame });
    }
    this.look();
    void this.list();
  }

  #offered(frame: Extract<FromServer, { type: "offer" }>): void {
    const before = this.#board.offers.has(frame.conversation);
    this.#set(offered(this.#board, frame, now()));
    if (!before && this.#board.offers.has(frame.conversation)) call(this.words.t("offer_notice"), () => this.choose(frame.conversation));
  }

  /** Who holds it is called; of what waits all who might take it. */
  #promised(frame: Extract<FromServer, { type: "sla" }>): void {
    this.#set(promised(this.#board, frame, now()));
    if (frame.agent && frame.agent.id !== this.person.id) return;
    call(this.words.t(frame.missed ? "late_notice" : "due_notice"), () => this.choose(frame.conversation));
  }

  #statusSet(frame: Extract<FromServer, { type: "status" }>): void {
    if (frame.agent.id !== this.person.id) return;
    this.available.value = frame.status === "available";
    sessionStorage.setItem(STATUS, frame.status);
    this.words.tell(frame.reason === "missed" ? "away_missed" : "away_set");
  }

  #took(id: string): void {
    if (this.#asked?.id !== id || this.#board.open.get(id)?.holding?.agent !== this.person.id) return;
    this.#asked = null;
    this.board.value = this.#board;
    this.mine.value += 1;
  }

  /** What was said tells its own trouble in the conversation; everything else is told here. */
  #refused(frame: Refusal): void {
    if (frame.id !== undefined || frame.code === "rate_limited") return;
    this.words.tell(refusalWord(frame.code, this.#asked));
    this.#asked = null;
  }

  /** A count that does not arrive is no loss to anybody. */
  #counted(id: string): void {
    const used = this.#suggestions.get(id);
    if (used && this.#suggestions.delete(id)) void api("POST /api/conversations/{id}/suggestions", used).catch(() => undefined);
  }

  #sender(id: string | undefined): string | null {
    const found = [...this.#board.open].find(([, each]) => each.outbox.some((own) => own.id === id));
    return found?.[0] ?? null;
  }

  #connected(state: LinkState): void {
    if (state.is === "lost" || state.is === "stopped") for (const id of this.#board.open.keys()) this.#apply(id, { on: "lost" });
    this.linked.value = state;
    if (state.is === "stopped" && state.code === TOKEN_REFUSED) void this.account.token(true).then(() => this.#link.start(), () => undefined);
  }

  #set(next: Board): void {
    this.#board = next;
    this.#publish();
  }

  // ---- what goes out

  #apply(id: string, input: Input): void {
    const before = this.#board.open.get(id)?.outbox ?? [];
    const [next, effects] = stepped(this.#board, id, input);
    this.outbox.follow(this.person.id, id, before, next.open.get(id)?.outbox ?? []);
    this.#set(next);
    for (const effect of effects) {
      if (effect.do === "send") this.#link.send(effect.frame);
      else this.#timers.later(`flush ${id}`, effect.ms, () => this.#apply(id, { on: "flush" }));
    }
  }

  async #open(id: string): Promise<void> {
    this.#link.send({ type: "watch", conversation: id });
    let found: Listed;
    try {
      found = await api("GET /api/conversations/{id}", { path: { id } });
    } catch (error) {
      if (error instanceof Trouble && error.status === 404) return this.words.tell("error_not_found");
      return this.#timers.later("open", AGAIN_MS, () => void (this.#board.chosen === id && this.#open(id)));
    }
    this.learn([found]);
    const { seq, holder, agent, agent_name: name, reason } = found;
    this.#apply(id, { on: "begin", seq, holding: { holder, ...(agent ? { agent, name } : {}), ...(reason ? { reason } : {}) } });
  }

  #tellStatus(): void {
    const status = this.available.value ? "available" : "away";
    sessionStorage.setItem(STATUS, status);
    this.#link.send({ type: "status", status });
  }

  /** Says so where it cannot go out now. */
  #send(frame: FromClient): boolean {
    const gone = this.#link.send(frame);
    if (!gone) this.words.tell("stale");
    return gone;
  }
}

export const DESK: InjectionKey<Desk> = Symbol("desk");

export function useDesk(): Desk {
  const desk = inject(DESK);
  if (!desk) throw new Error("used outside of the shell");
  return desk;
}
