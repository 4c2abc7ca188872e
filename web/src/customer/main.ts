// The customer's page: wires the link, the outbox and the pure conversation to what is drawn.
import "./customer.css";
import { midnight } from "../clock.ts";
import { Composer } from "../composer.ts";
import { conversation, step } from "../conversation.ts";
import type { Input } from "../conversation.ts";
import { BELL, coalesced, h, icon, refill } from "../dom.ts";
import type { Button, FromServer } from "../frames.ts";
import { newId } from "../identity.ts";
import { Link } from "../link.ts";
import type { LinkState } from "../link.ts";
import { Outbox } from "../outbox.ts";
import { buttons, rows } from "../rows.ts";
import type { LineRow } from "../rows.ts";
import { Transcript } from "../transcript.ts";
import type { Tail } from "../transcript.ts";
import { choose, language, t } from "../words.ts";
import type { Word } from "../words.ts";
import { Header } from "./header.ts";
import { anew, arrive, kept, onChange } from "./visitor.ts";
import type { Visitor } from "./visitor.ts";

const TYPING_MS = 6000;
const READ_MS = 300;
const QUIET_LOSS_MS = 1500;
const SUGGESTIONS: readonly Word[] = ["ask_order", "ask_refund", "ask_person"];

const outbox = await Outbox.open();
let visitor: Visitor | null = kept();
let state = conversation(visitor?.conversation ?? null, false);
let linked: LinkState = { is: "connecting" };
let long = false;
let trouble = "";
let read = 0;
let flushing: ReturnType<typeof setTimeout> | undefined;
let hushing: ReturnType<typeof setTimeout> | undefined;
let reading: ReturnType<typeof setTimeout> | undefined;
let losing: ReturnType<typeof setTimeout> | undefined;

const link = new Link({ token, frame: received, state: connected });
const header = new Header({ language: turn, connect: () => link.start() });
const transcript = new Transcript({ line, author: (row) => (row.author === "bot" ? t("bot") : row.name || t("agent")), again: (id) => apply({ on: "again", id }) });
const composer = new Composer({ send: (text) => say(text), typing: (on) => link.send({ type: "typing", on }) }, { field: "say", button: "send" });
const end = h("div", { class: "end", hidden: true });
const draw = coalesced(drawn);

async function token(fresh: boolean): Promise<string> {
  const known = fresh ? null : kept();
  const found = known ?? (await arrive());
  if (found.conversation !== visitor?.conversation) await enter(found);
  visitor = found;
  return found.token;
}

/** Another conversation begins; what could not be sent in the one before stays with it, except what was typed before there was any. */
async function enter(next: Visitor): Promise<void> {
  const typed = visitor === null ? state.outbox : [];
  visitor = next;
  state = { ...conversation(next.conversation, false), outbox: typed };
  outbox.follow(next.customer, next.conversation, [], typed);
  await recall();
  read = 0;
  transcript.clear();
  draw();
}

async function recall(): Promise<void> {
  if (!visitor) return;
  const items = (await outbox.load(visitor.customer)).get(visitor.conversation);
  if (items) state = step(state, { on: "kept", items })[0];
}

function apply(input: Input): void {
  const [next, effects] = step(state, input);
  if (visitor) outbox.follow(visitor.customer, visitor.conversation, state.outbox, next.outbox);
  state = next;
  for (const effect of effects) {
    if (effect.do === "send") link.send(effect.frame);
    else {
      clearTimeout(flushing);
      flushing = setTimeout(() => apply({ on: "flush" }), effect.ms);
    }
  }
  draw();
}

function received(frame: FromServer): void {
  if (frame.type === "welcome") composer.limit(frame.limits.text_characters);
  apply({ on: "frame", frame });
  if (frame.type !== "typing") return;
  clearTimeout(hushing);
  hushing = setTimeout(() => apply({ on: "hush" }), TYPING_MS);
}

function connected(next: LinkState): void {
  if (linked.is === "open" && next.is !== "open") apply({ on: "lost" });
  linked = next;
  if (next.is === "open" || next.is === "stopped") {
    clearTimeout(losing);
    losing = undefined;
    long = false;
  } else losing ??= setTimeout(() => ((long = true), draw()), QUIET_LOSS_MS);
  draw();
}

function say(text: string, payload?: string): void {
  apply({ on: "say", id: newId(), text, ...(payload ? { payload } : {}), at: Date.now() });
}

async function restart(): Promise<void> {
  if (!visitor) return;
  trouble = "";
  try {
    await enter(await anew(visitor.token));
    link.start();
    composer.focus();
  } catch {
    trouble = t("error_conversation");
  }
  draw();
}

function turn(): void {
  choose(language === "zh" ? "en" : "zh");
  draw();
}

// ---- drawing

function drawn(): void {
  const closed = state.holding?.holder === "nobody";
  const all = rows(state, { kind: "customer" }, midnight);
  document.title = t("title");
  header.draw(state.holding);
  header.connection(linked, long);
  transcript.draw(all, state.typing ? t("typing") : null, all.length === 0 ? { signature: `greeting ${language}`, make: greeting } : chips(), Date.now());
  composer.words(t("placeholder"));
  composer.element.hidden = closed;
  end.hidden = !closed;
  refill(end, `${closed} ${language} ${trouble}`, ending);
  seen();
}

function greeting(): HTMLElement {
  const ask = (word: Word) => h("button", { type: "button", class: "chip", onclick: () => say(t(word)) }, t(word));
  return h(
    "div",
    { class: "greeting" },
    h("div", { class: "bell" }, icon(...BELL)),
    h("h1", {}, t("greeting")),
    h("p", {}, t("greeting_more")),
    h("div", { class: "chips", role: "group", "aria-label": t("suggestions") }, ...SUGGESTIONS.map(ask)),
  );
}

function chips(): Tail | null {
  const found = buttons(state);
  if (found.length === 0) return null;
  const press = (title: string, payload: string) => () => {
    say(title, payload);
    composer.focus();
  };
  const chip = ({ title, payload }: Button) => h("button", { type: "button", class: "chip", onclick: press(title, payload) }, title);
  return { signature: JSON.stringify([state.top, found]), make: () => h("div", { class: "chips", role: "group" }, ...found.map(chip)) };
}

function ending(): HTMLElement[] {
  const button = h("button", { type: "button", class: "primary", "data-testid": "new-conversation", onclick: () => void restart() }, t("new_conversation"));
  return trouble ? [h("p", { class: "trouble", role: "alert" }, trouble), button] : [button];
}

function line(row: LineRow): string {
  switch (row.holder) {
    case "queue":
      return t(row.returned ? "line_queue_again" : "line_queue");
    case "agent":
      return row.name ? t("line_agent", { name: row.name }) : t("line_agent_plain");
    case "bot":
      return t("line_bot");
    case "nobody":
      return t("line_closed");
  }
}

/** Tells the other side what was really before somebody's eyes. */
function seen(): void {
  const theirs = state.entries.findLast((each) => each.type === "message" && each.author.kind !== "customer");
  if (!theirs || theirs.seq <= read || document.visibilityState !== "visible" || !document.hasFocus()) return;
  clearTimeout(reading);
  reading = setTimeout(() => {
    if (link.send({ type: "read", seq: theirs.seq })) read = theirs.seq;
  }, READ_MS);
}

choose(language);
document.body.append(h("main", { class: "chat" }, header.element, transcript.element, composer.element, end));
addEventListener("focus", draw);
document.addEventListener("visibilitychange", draw);
onChange(() => location.reload());
await recall();
draw();
link.start();
if (matchMedia("(pointer: fine)").matches) composer.focus();
