// What the desk knows: the queue, what I hold, and the conversations that were opened. Pure, like the conversations in it.
import { conversation, step } from "./conversation.ts";
import type { Conversation, Effect, Input } from "./conversation.ts";
import type { Author, FromServer, Holder, Looking, Offer, Overdue, Sla, Waiting } from "./frames.ts";

/** A conversation as GET /api/conversations tells it. */
export interface Summary {
  id: string;
  customer: string;
  name?: string;
  holder: Holder;
  agent?: string;
  seq: number;
  last_at?: string | null;
  language?: string;
  last_text?: string;
  unread?: number;
  tags?: readonly string[];
  reason?: string;
  asked?: string | null;
  agent_name?: string;
  due?: readonly Due[];
}

/** What was promised of a conversation: from `warn` on it is nearly over, from `due` on it is. */
export interface Due {
  target: string;
  warn: string;
  due: string;
}

export interface Board {
  me: string;
  waiting: readonly Waiting[];
  total: number;
  mine: ReadonlyMap<string, Summary>;
  open: ReadonlyMap<string, Conversation>;
  chosen: string | null;
  /** What the lists said of a conversation last: it may have left them while it is still open. */
  known: ReadonlyMap<string, Known>;
  /** What is offered to me, and until when, by this clock. */
  offers: ReadonlyMap<string, { until: number; reason?: string }>;
  /** Who has a conversation on the screen, I among them. */
  looking: ReadonlyMap<string, readonly Author[]>;
  /** Mine, where the customer has waited too long for an answer. */
  overdue: ReadonlySet<string>;
}

export interface Known {
  name: string;
  tags?: readonly string[];
  reason?: string;
  language?: string;
  asked?: string | null;
  due?: readonly Due[];
}

/** How many conversations stay open that are neither mine nor looked at. */
const LOOKED_AT = 20;

export function board(me: string): Board {
  return { me, waiting: [], total: 0, mine: new Map(), open: new Map(), chosen: null, known: new Map(), offers: new Map(), overdue: new Set(), looking: new Map() };
}

export function queued(state: Board, waiting: readonly Waiting[], total: number): Board {
  const known = new Map(state.known);
  for (const each of waiting) known.set(each.conversation, { ...known.get(each.conversation), ...each });
  return { ...state, waiting, total, known };
}

export function listed(state: Board, summaries: readonly Summary[]): Board {
  return { ...learned(state, summaries), mine: new Map(summaries.map((each) => [each.id, each])) };
}

/** What any list says of conversations, or a look-up of one. */
export function learned(state: Board, summaries: readonly Summary[]): Board {
  const known = new Map(state.known);
  for (const each of summaries) {
    const before = known.get(each.id);
    known.set(each.id, {
      name: each.name || before?.name || "",
      tags: each.tags ?? before?.tags,
      reason: each.reason || before?.reason,
      language: each.language || before?.language,
      asked: each.asked || before?.asked,
      due: each.due ?? before?.due,
    });
  }
  return { ...state, known };
}

/** Zero seconds end an offer; a new socket is told anew what stands. */
export function offered(state: Board, frame: Offer, now: number): Board {
  const offers = new Map(state.offers);
  offers.delete(frame.conversation);
  if (frame.seconds > 0 && frame.agent.id === state.me) offers.set(frame.conversation, { until: now + frame.seconds * 1000, reason: frame.reason });
  return { ...state, offers };
}

export function late(state: Board, frame: Overdue): Board {
  return frame.agent.id === state.me ? { ...state, overdue: new Set(state.overdue).add(frame.conversation) } : state;
}

/** What the server says of a promise goes before what a list said; by `at` it warns. */
export function promised(state: Board, frame: Sla, at: number): Board {
  const before = state.known.get(frame.conversation) ?? { name: "" };
  const others = (before.due ?? []).filter((each) => each.target !== frame.target);
  const due = [...others, { target: frame.target, warn: new Date(at).toISOString(), due: frame.due }];
  return { ...state, known: new Map(state.known).set(frame.conversation, { ...before, due }) };
}

/** What is kept or void: the first answer with any answer, all where it is closed or back with the bot. */
function redeemed(state: Board, id: string, all: boolean): Board {
  const before = state.known.get(id);
  const due = all ? [] : (before?.due ?? []).filter((each) => each.target !== "first_response");
  if (!before?.due || due.length === before.due.length) return state;
  return { ...state, known: new Map(state.known).set(id, { ...before, due }) };
}

/** Of conversations that are not open any more nobody tells who looks. */
export function looked(state: Board, frame: Looking): Board {
  const kept = [...state.looking].filter(([id]) => state.open.has(id));
  return { ...state, looking: new Map(kept).set(frame.conversation, frame.agents) };
}

export function tagged(state: Board, id: string, tags: readonly string[]): Board {
  const known = new Map(state.known).set(id, { ...(state.known.get(id) ?? { name: "" }), tags });
  return { ...state, known };
}

/** An answer ends the delay, a move ends the offer too. */
export function settled(state: Board, frame: FromServer): Board {
  const answered = frame.type === "message" && frame.author.kind === "agent";
  if (frame.type !== "holder" && !answered) return state;
  if (answered) state = redeemed(state, frame.conversation, false);
  else if (frame.type === "holder" && (frame.holder === "nobody" || frame.holder === "bot")) state = redeemed(state, frame.conversation, true);
  const overdue = without(state.overdue, frame.conversation);
  // A repeat of the state (without `at`) tells positions: the offer stands.
  const over = frame.type === "holder" && frame.holder !== "queue" && state.offers.has(frame.conversation);
  const offers = over ? new Map([...state.offers].filter(([id]) => id !== frame.conversation)) : state.offers;
  return overdue === state.overdue && offers === state.offers ? state : { ...state, overdue, offers };
}

function without(all: ReadonlySet<string>, one: string): ReadonlySet<string> {
  return all.has(one) ? new Set([...all].filter((each) => each !== one)) : all;
}

/** One input for one conversation; it is opened when it was not. */
export function stepped(state: Board, id: string, input: Input): readonly [Board, readonly Effect[]] {
  const [next, effects] = step(state.open.get(id) ?? conversation(id, true), input);
  return [{ ...state, open: new Map(state.open).set(id, next) }, effects];
}

/** Keeps the row of a conversation that I hold in step with what is said in it, also where it is not open. */
export function noted(state: Board, frame: FromServer): Board {
  const id = frame.type === "message" ? frame.conversation : "";
  const row = state.mine.get(id);
  if (!row || frame.type !== "message" || frame.seq <= row.seq) return state;
  const unread = frame.author.kind !== "customer" ? 0 : state.chosen === id ? (row.unread ?? 0) : (row.unread ?? 0) + 1;
  const next: Summary = { ...row, seq: frame.seq, last_at: frame.at, last_text: frame.text, unread };
  return { ...state, mine: new Map(state.mine).set(id, next) };
}

export function chosen(state: Board, id: string | null): Board {
  const row = id === null ? undefined : state.mine.get(id);
  const mine = row && id !== null ? new Map(state.mine).set(id, { ...row, unread: 0 }) : state.mine;
  return slimmed({ ...state, chosen: id, mine });
}

/** What was only looked at is forgotten, the oldest first; what I hold, look at or have not sent is not. */
function slimmed(state: Board): Board {
  const idle = [...state.open].filter(([id, each]) => id !== state.chosen && !state.mine.has(id) && each.outbox.length === 0);
  const gone = new Set(idle.slice(0, Math.max(0, idle.length - LOOKED_AT)).map(([id]) => id));
  return gone.size === 0 ? state : { ...state, open: new Map([...state.open].filter(([id]) => !gone.has(id))) };
}

/** Sorted by who has waited longest for us. */
export function mine(state: Board): Summary[] {
  const urgent = (each: Summary): boolean => state.overdue.has(each.id) || (each.unread ?? 0) > 0;
  const all = [...state.mine.values()].map((each) => ({ each, urgent: urgent(each), at: Date.parse(each.last_at ?? "") || 0 }));
  all.sort((a, b) => Number(b.urgent) - Number(a.urgent) || (a.urgent ? a.at - b.at : b.at - a.at));
  return all.map(({ each }) => each);
}

/** The conversation that a frame is about, where it is about one. */
export function about(frame: FromServer): string | null {
  return "conversation" in frame && frame.conversation !== undefined ? frame.conversation : null;
}
