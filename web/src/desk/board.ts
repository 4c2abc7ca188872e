// What the desk knows: the queue, what I hold, and the conversations that were opened. Pure, like the conversations in it.
import { conversation, step } from "../conversation.ts";
import type { Conversation, Effect, Input } from "../conversation.ts";
import type { FromServer, Holder, Offer, Overdue, Waiting } from "../frames.ts";

/** A conversation as GET /api/conversations tells it. */
export interface Summary {
  id: string;
  customer: string;
  name?: string;
  holder: Holder;
  agent?: string;
  seq: number;
  last_at?: string;
  language?: string;
  last_text?: string;
  unread?: number;
  reason?: string;
  asked?: string;
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
  /** Mine, where the customer has waited too long for an answer. */
  overdue: ReadonlySet<string>;
}

export interface Known {
  name: string;
  reason?: string;
  language?: string;
  asked?: string;
}

/** How many conversations stay open that are neither mine nor looked at. */
const LOOKED_AT = 20;

export function board(me: string): Board {
  return { me, waiting: [], total: 0, mine: new Map(), open: new Map(), chosen: null, known: new Map(), offers: new Map(), overdue: new Set() };
}

export function queued(state: Board, waiting: readonly Waiting[], total: number): Board {
  const known = new Map(state.known);
  for (const each of waiting) known.set(each.conversation, { ...known.get(each.conversation), ...each });
  return { ...state, waiting, total, known };
}

export function listed(state: Board, summaries: readonly Summary[]): Board {
  const known = new Map(state.known);
  for (const each of summaries) {
    const before = known.get(each.id);
    known.set(each.id, {
      name: each.name || before?.name || "",
      reason: each.reason || before?.reason,
      language: each.language || before?.language,
      asked: each.asked || before?.asked,
    });
  }
  return { ...state, known, mine: new Map(summaries.map((each) => [each.id, each])) };
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

/** An answer ends the delay, a move ends the offer too. */
export function settled(state: Board, frame: FromServer): Board {
  const answered = frame.type === "message" && frame.author.kind === "agent";
  if (frame.type !== "holder" && !answered) return state;
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
  return [noted({ ...state, open: new Map(state.open).set(id, next) }, id, input), effects];
}

/** Keeps the row of a conversation that I hold in step with what is said in it. */
function noted(state: Board, id: string, input: Input): Board {
  const row = state.mine.get(id);
  const frame = input.on === "frame" ? input.frame : null;
  if (!row || frame?.type !== "message" || frame.seq <= row.seq) return state;
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

/** The order in which j and k walk: mine first, then who waits. Mine are sorted by who has waited longest for us. */
export function order(state: Board): string[] {
  return [...mine(state).map((each) => each.id), ...state.waiting.map((each) => each.conversation)];
}

export function mine(state: Board): Summary[] {
  const urgency = (each: Summary) => [state.overdue.has(each.id) || (each.unread ?? 0) > 0 ? 0 : 1, Date.parse(each.last_at ?? "") || 0] as const;
  return [...state.mine.values()].sort((a, b) => {
    const [unread, at] = urgency(a);
    const [other, then] = urgency(b);
    return unread - other || (unread === 0 ? at - then : then - at);
  });
}

/** The neighbour `by` rows further, or the first. */
export function beside(state: Board, by: number): string | null {
  const all = order(state);
  const place = state.chosen === null ? -1 : all.indexOf(state.chosen);
  return all[Math.min(all.length - 1, Math.max(0, place < 0 ? 0 : place + by))] ?? null;
}

/** The conversation that a frame is about, where it is about one. */
export function about(frame: FromServer): string | null {
  return "conversation" in frame && frame.conversation !== undefined ? frame.conversation : null;
}
