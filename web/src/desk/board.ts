// What the desk knows: the queue, what I hold, and the conversations that were opened. Pure, like the conversations in it.
import { conversation, step } from "../conversation.ts";
import type { Conversation, Effect, Input } from "../conversation.ts";
import type { FromServer, Holder, Waiting } from "../frames.ts";

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
  return { me, waiting: [], total: 0, mine: new Map(), open: new Map(), chosen: null, known: new Map() };
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
  const urgency = (each: Summary) => [(each.unread ?? 0) > 0 ? 0 : 1, Date.parse(each.last_at ?? "") || 0] as const;
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
