// One customer's chat in this tab: wires the link, the outbox and the pure conversation, and tells who listens. Draws nothing.
import { conversation, step } from "../src/conversation.ts";
import type { Conversation, Input, Own } from "../src/conversation.ts";
import { now, setBy } from "../src/clock.ts";
import type { FileInfo, FromServer } from "../src/frames.ts";
import { newId } from "../src/identity.ts";
import { Link } from "../src/link.ts";
import type { LinkState } from "../src/link.ts";
import { Outbox } from "../src/outbox.ts";
import { language } from "../src/words.ts";
import { entriesBefore } from "./history.ts";
import { isTheirs, keepRead, READ_KEY, recallRead, unread } from "./reading.ts";
import type { Told, View } from "./view.ts";
import { NotSigned, subject, Visitors } from "./visitor.ts";
import type { Visitor } from "./visitor.ts";

const TYPING_MS = 6000;
const READ_MS = 300;
const QUIET_LOSS_MS = 1500;
/** What another tab has said goes out from there; should that tab be gone, it goes out from here after this time. */
const OTHER_TAB_MS = 3000;
const URL_CHARACTERS = 2048;
const TITLE_CHARACTERS = 300;

interface FromTab {
  conversation: string;
  said: readonly Own[];
}

export class Chat {
  view: View = { state: conversation(null, false), linked: { is: "connecting" }, long: false, trouble: false, unread: 0, limit: 4000 };
  readonly #visitors: Visitors;
  readonly #link: Link;
  readonly #listeners = new Set<() => void>();
  readonly #tabs = typeof BroadcastChannel === "function" ? new BroadcastChannel("bellhop") : null;
  #outbox: Outbox | null = null;
  #visitor: Visitor | null;
  #looking = false;
  #identity: string | null = null;
  /** Whom the shop has named, also while they are still on their way in. */
  #who: string | undefined;
  /** How often somebody else has come: what was asked for the one before is nobody's any more. */
  #person = 0;
  #page = "";
  #begun = false;
  #ended = false;
  #reaching = false;
  #read = 0;
  #told = 0;
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #hushing: ReturnType<typeof setTimeout> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #losing: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly server: string, private readonly tell: (told: Told) => void) {
    this.#visitors = new Visitors(server);
    this.#visitor = this.#visitors.kept();
    this.#who = this.#visitor?.who;
    this.#link = new Link({ token: (fresh) => this.#token(fresh), frame: (frame) => this.#received(frame), state: (state) => this.#connected(state) }, server);
    this.#become(this.#visitor);
    this.#visitors.onChange(() => this.#otherVisitor());
    addEventListener("storage", (event) => event.key === READ_KEY && this.#recallRead());
    addEventListener("focus", () => this.#seen());
    document.addEventListener("visibilitychange", () => this.#seen());
    if (this.#tabs) this.#tabs.onmessage = (event) => this.#fromTab(event.data as FromTab);
  }

  /** Whether this browser has talked here before: then what has been said since is worth a badge. */
  get known(): boolean {
    return this.#visitor !== null;
  }

  /** Whether the shop has said who this is. */
  get signed(): boolean {
    return this.#who !== undefined;
  }

  get token(): string {
    return this.#visitor?.token ?? "";
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As whom the shop knows the visitor, by a token of its own; null: nobody any more. Another person begins with nothing of the one before. */
  identify(token: string | null): void {
    this.#identity = token;
    const who = token === null ? undefined : (subject(token) ?? undefined);
    // Who signs out leaves nothing, also where the shop's token was not taken.
    if (this.#who === who && (token !== null || this.#visitor?.claimed === undefined)) return;
    if (token === null) this.#visitors.forgetClaimed();
    this.#who = who;
    this.#person += 1;
    this.#link.stop();
    this.#visitors.forget();
    this.#become(null);
    if (this.#begun) this.#link.start();
  }

  /** Connects, once. */
  async begin(): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    this.#outbox = await Outbox.open();
    await this.#recall();
    if (this.#ended) return;
    this.#show({});
    this.#link.start();
  }

  /** For ever: who was still on their way in is not kept, since a chat that was begun meanwhile has a visitor of its own. */
  end(): void {
    this.#ended = true;
    this.#person += 1;
    this.#link.stop();
    this.#tabs?.close();
  }

  connect(): void {
    this.#link.start();
  }

  /** Whether somebody has the messages before their eyes. */
  look(on: boolean): void {
    this.#looking = on;
    this.#seen();
  }

  say(text: string, payload?: string, files: readonly FileInfo[] = []): void {
    this.#tellPage();
    // A payload that names no intent is what the button says for its reader.
    if (payload && !payload.startsWith("/")) return this.say(payload, undefined, files);
    this.#apply({ on: "say", id: newId(), text, ...(payload ? { payload } : {}), files, at: now() });
  }

  /** Nobody is there: for an answer later, here or where the customer can be reached. */
  leave(text: string, reach: string, name: string): void {
    this.#tellPage();
    this.#apply({ on: "say", id: newId(), text, contact: { reach, ...(name ? { name } : {}) }, at: now() });
  }

  /** A page of what lies before what is shown. Where it cannot be had now, the next try may have it. */
  async older(): Promise<void> {
    const { id, since } = this.view.state;
    if (id === null || since === 0 || this.#reaching) return;
    this.#reaching = true;
    const found = await entriesBefore(this.server, this.token, id, since);
    this.#reaching = false;
    if (found && this.view.state.id === id) this.#apply({ on: "older", ...found });
  }

  again(id: string): void {
    this.#apply({ on: "again", id });
  }

  typing(on: boolean): void {
    this.#link.send({ type: "typing", on });
  }

  close(): void {
    if (this.#visitor) this.#link.send({ type: "close", conversation: this.#visitor.conversation });
  }

  /** False where there is no connection just now. */
  rate(stars: number, text: string): boolean {
    const conversation = this.#visitor?.conversation ?? "";
    return this.#link.send({ type: "rate", conversation, stars, ...(text ? { text } : {}) });
  }

  /** Pages of one address change without a reload. */
  #tellPage(): void {
    const page = location.href.slice(0, URL_CHARACTERS);
    if (page !== this.#page && this.#link.send({ type: "page", url: page, title: document.title.slice(0, TITLE_CHARACTERS) })) this.#page = page;
  }

  async restart(): Promise<void> {
    if (!this.#visitor) return;
    this.#show({ trouble: false });
    const person = this.#person;
    try {
      await this.#enter(this.#still(person, await this.#visitors.anew(this.#visitor)));
      this.#link.start();
    } catch {
      this.#show({ trouble: person === this.#person });
    }
  }

  // ---- who we are

  async #token(fresh: boolean): Promise<string> {
    const kept = this.#visitors.kept();
    // Another tab may have a fresh one already.
    const known = fresh && kept?.token === this.#visitor?.token ? null : kept;
    const person = this.#person;
    const found = known ?? this.#still(person, await this.#arrive(person));
    if (found.conversation !== this.#visitor?.conversation) await this.#enter(found);
    if (person === this.#person) this.#visitor = found;
    return found.token;
  }

  /** The visitor, who is kept; throws where they have become somebody else while the server was asked. */
  #still(person: number, visitor: Visitor): Visitor {
    if (person !== this.#person) throw new Error("somebody else has come");
    this.#visitors.keep(visitor);
    return visitor;
  }

  /** A shop's token that is not taken is the shop's trouble; its customer can still ask, and goes on where they did so before. */
  async #arrive(person: number): Promise<Visitor> {
    const [identity, before] = [this.#identity, this.#visitor?.claimed];
    try {
      const found = await this.#visitors.arrive(language, identity);
      return identity === null && before !== undefined ? { ...found, claimed: before } : found;
    } catch (error) {
      if (!(error instanceof NotSigned) || person !== this.#person) throw error;
      console.warn("Bellhop: the token given to identify() was not taken, so this visitor is anonymous.");
      const claimed = subject(identity ?? "") ?? "";
      this.#identity = null;
      this.#who = undefined;
      return this.#visitors.keptFor(claimed) ?? { ...(await this.#visitors.arrive(language, null)), claimed };
    }
  }

  /** Another conversation begins; what could not be sent in the one before stays with it, except what was typed before there was any. */
  async #enter(next: Visitor): Promise<void> {
    const typed = this.#visitor === null ? this.view.state.outbox : [];
    this.#become(next, typed);
    this.#outbox?.follow(next.customer, next.conversation, [], typed);
    await this.#recall();
    this.#show({});
  }

  #become(visitor: Visitor | null, typed: readonly Own[] = []): void {
    this.#visitor = visitor;
    this.view = { ...this.view, state: { ...conversation(visitor?.conversation ?? null, false), outbox: typed } };
    this.#read = this.#told = 0;
    this.#recallRead();
  }

  #otherVisitor(): void {
    const found = this.#visitors.kept();
    if (found === null || found.conversation === this.#visitor?.conversation) return;
    this.#who = found.who;
    this.#person += 1;
    void this.#enter(found).then(() => this.#begun && this.#link.start());
  }

  async #recall(): Promise<void> {
    if (!this.#visitor || !this.#outbox) return;
    const { customer, conversation: where } = this.#visitor;
    const items = (await this.#outbox.load(customer)).get(where);
    if (items && where === this.#visitor?.conversation) this.view = { ...this.view, state: step(this.view.state, { on: "kept", items })[0] };
  }

  // ---- what happens

  #apply(input: Input): void {
    const before = this.view.state;
    const [state, effects] = step(before, input);
    this.#follow(before.outbox, state.outbox);
    for (const effect of effects) {
      if (effect.do === "send") this.#link.send(effect.frame);
      else this.#flushIn(effect.ms);
    }
    this.#show({ state });
    this.#notice(before, state);
  }

  #follow(before: readonly Own[], after: readonly Own[]): void {
    if (!this.#visitor || before === after) return;
    this.#outbox?.follow(this.#visitor.customer, this.#visitor.conversation, before, after);
    const old = new Set(before.map((each) => each.id));
    const said = after.filter((each) => !old.has(each.id));
    if (said.length > 0) this.#tabs?.postMessage({ conversation: this.#visitor.conversation, said } satisfies FromTab);
  }

  #fromTab({ conversation: where, said }: FromTab): void {
    if (where !== this.#visitor?.conversation) return;
    const known = new Set(this.view.state.outbox.map((each) => each.id));
    const items = said.filter((each) => !known.has(each.id));
    // Kept by the tab that said it: here it is only shown, and sent should that tab be gone.
    this.#show({ state: step(this.view.state, { on: "kept", items })[0] });
    this.#flushIn(OTHER_TAB_MS);
    for (const { text } of items) this.tell({ on: "elsewhere", text });
  }

  #flushIn(ms: number): void {
    clearTimeout(this.#flushing);
    this.#flushing = setTimeout(() => this.#apply({ on: "flush" }), ms);
  }

  #received(frame: FromServer): void {
    if (frame.type === "welcome") {
      if (frame.at) setBy(Date.parse(frame.at));
      this.#show({ limit: frame.limits.text_characters });
      this.#page = "";
      this.#tellPage();
      // What was said before this tab came is in the list, but it is no news.
      if (!this.#told) this.#told = frame.seq ?? 0;
    }
    this.#apply({ on: "frame", frame });
    if (frame.type !== "typing") return;
    clearTimeout(this.#hushing);
    this.#hushing = setTimeout(() => this.#apply({ on: "hush" }), TYPING_MS);
  }

  #connected(linked: LinkState): void {
    if (this.view.linked.is === "open" && linked.is !== "open") this.#apply({ on: "lost" });
    if (linked.is === "open" || linked.is === "stopped") {
      clearTimeout(this.#losing);
      this.#losing = undefined;
      this.#show({ linked, long: false });
    } else {
      this.#losing ??= setTimeout(() => this.#show({ long: true }), QUIET_LOSS_MS);
      this.#show({ linked });
    }
    this.tell({ on: "connection", state: linked.is });
  }

  #notice(before: Conversation, after: Conversation): void {
    if (after.holding && after.holding.holder !== (before.holding?.holder ?? "bot")) this.tell({ on: "holder", holder: after.holding.holder });
    if (after.entries === before.entries) return;
    for (const entry of after.entries.slice(before.top <= after.top ? before.entries.length : 0)) {
      if (entry.type !== "message" || entry.author.kind === "customer" || entry.seq <= this.#told) continue;
      this.#told = entry.seq;
      this.tell({ on: "message", message: entry });
    }
    this.#seen();
  }

  #show(change: Partial<View>): void {
    const before = this.view.unread;
    const next = { ...this.view, ...change };
    const count = unread(next.state, this.#read);
    this.view = { ...next, unread: count };
    for (const listener of this.#listeners) listener();
    if (count !== before) this.tell({ on: "unread", count });
  }

  // ---- what was read

  /** Tells the other side what was really before somebody's eyes. */
  #seen(): void {
    if (!this.#looking || document.visibilityState !== "visible" || !document.hasFocus()) return;
    const last = this.view.state.entries.findLast(isTheirs);
    if (!last || last.seq <= this.#read) return;
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => {
      if (!this.#link.send({ type: "read", seq: last.seq })) return;
      this.#read = last.seq;
      keepRead(last.conversation, last.seq);
      this.#show({});
    }, READ_MS);
  }

  #recallRead(): void {
    this.#read = Math.max(this.#read, recallRead(this.#visitor?.conversation));
    this.#show({});
  }
}
