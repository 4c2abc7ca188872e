// One conversation as a browser knows it. Pure: what happens comes in as an Input, what must be done goes out as Effects.
// Entries are shown in the order of `seq` without a hole; what I said stays in the outbox until it is archived.
import type { Entry, FileInfo, FromClient, FromServer, Holder, Pong, Resumed, ToReach, Welcome } from "./frames.ts";
import { acked, changed, find, flush, inserted, moved, refused, said, sent, unsent } from "./own.ts";
import type { Own } from "./own.ts";

export type { Own, SendState } from "./own.ts";

export interface Holding {
  holder: Holder;
  name?: string;
  agent?: string;
  reason?: string;
  position?: number;
  wait_seconds?: number;
  wait_range?: [number, number];
  at?: string;
}

export interface Conversation {
  id: string | null;
  /** Agents name the conversation in what they send, customers have only one. */
  named: boolean;
  epoch: string | null;
  entries: readonly Entry[];
  /** Entries up to here are not loaded: they stay where they are until somebody goes back that far. */
  since: number;
  /** Everything from there up to here is in `entries`. */
  top: number;
  ahead: ReadonlyMap<number, Entry>;
  /** `after` of the resume that is under way. */
  asked: number | null;
  outbox: readonly Own[];
  /** The one that was sent and is not answered. The next goes out behind its answer: else it would overtake one that is refused for now. */
  flight: string | null;
  holding: Holding | null;
  seen: { customer: number; agent: number };
  typing: { kind: string; name?: string } | null;
}

export type Input =
  | { on: "frame"; frame: FromServer }
  | { on: "say"; id: string; text: string; payload?: string; files?: readonly FileInfo[]; contact?: ToReach; note?: boolean; at: number }
  | { on: "again"; id: string }
  | { on: "flush" }
  | { on: "ask" }
  /** What the server says of one that is opened here: how long it is, and who holds it. */
  | { on: "begin"; seq: number; holding: Holding }
  | { on: "older"; since: number; entries: readonly Entry[] }
  | { on: "lost" }
  | { on: "hush" }
  | { on: "kept"; items: readonly Own[] };

export type Effect = { do: "send"; frame: FromClient } | { do: "flush_later"; ms: number };

export type Step = readonly [Conversation, readonly Effect[]];

/** So many entries are loaded at first, and so many more each time that somebody goes back. */
export const LATEST = 200;

export function conversation(id: string | null, named: boolean): Conversation {
  return {
    id, named, epoch: null, entries: [], since: 0, top: 0, ahead: new Map(), asked: null, outbox: [], flight: null,
    holding: null, seen: { customer: 0, agent: 0 }, typing: null,
  };
}

export function step(state: Conversation, input: Input): Step {
  const [changed, effects] = reacted(state, input);
  const [next, sends] = sent(changed);
  return [next, [...effects, ...sends]];
}

function reacted(state: Conversation, input: Input): Step {
  switch (input.on) {
    case "frame":
      return received(state, input.frame);
    case "say":
      return said(state, { ...input, note: input.note ?? false, state: "sending" });
    case "again":
      return flush({ ...state, outbox: moved(state.outbox, input.id) });
    case "flush":
      return flush(state);
    case "ask":
      return ask(state);
    case "begin":
      // It was asked for otherwise meanwhile.
      return state.asked === null && state.top === 0 ? ask({ ...begun(state, input.seq), holding: input.holding }) : [state, []];
    case "older":
      return [older(state, input.since, input.entries), []];
    case "lost":
      return [{ ...state, asked: null, typing: null }, []];
    case "hush":
      return [{ ...state, typing: null }, []];
    case "kept":
      return [{ ...state, outbox: input.items.filter((each) => !find(state, each.id)).map(unsent).reduce(inserted, state.outbox) }, []];
  }
}

function received(state: Conversation, frame: FromServer): Step {
  switch (frame.type) {
    case "welcome":
      return welcomed(state, frame);
    case "message":
    case "note":
    case "skip":
    case "rating":
      return placed(state, frame);
    case "holder":
      return frame.at ? placed(state, frame) : [{ ...state, holding: held(state.holding, frame) }, []];
    case "ack":
      // A duplicate was pushed long ago; where we have not seen it, it is behind a gap.
      return frame.duplicate && frame.seq > state.top ? ask(acked(state, frame)) : [acked(state, frame), []];
    case "resumed":
      return resumed(state, frame);
    case "pong":
      return ponged(state, frame);
    case "error":
      return refused(state, frame);
    case "typing":
      return [{ ...state, typing: frame.on ? { kind: frame.author.kind, name: frame.author.name } : null }, []];
    case "read":
      return [{ ...state, seen: furthest(state.seen, frame.by, frame.seq) }, []];
    case "queue":
      return [state, []];
    // What a newer server tells of, and this page does not know yet, changes nothing here.
    default:
      return [state, []];
  }
}

// ---- what the log says

function welcomed(state: Conversation, frame: Welcome): Step {
  const id = state.named ? state.id : (frame.conversation ?? state.id);
  const mine = id === frame.conversation;
  const shrunk = mine && (frame.seq ?? 0) < state.top;
  const fresh = !frame.recovered || shrunk || (state.epoch !== null && state.epoch !== frame.epoch);
  const kept = fresh ? emptied(state) : state;
  const holding = mine && frame.holder && frame.holder !== kept.holding?.holder ? { holder: frame.holder } : kept.holding;
  const [flushed, sends] = flush({ ...kept, id, epoch: frame.epoch, asked: null, flight: null, holding, outbox: kept.outbox.map(unsent) });
  // Nothing was ever said here: there is nothing to ask for.
  if (mine && (frame.seq ?? 0) === 0 && flushed.top === 0) return [flushed, sends];
  const [next, asks] = ask(mine && flushed.top === 0 ? begun(flushed, frame.seq ?? 0) : flushed);
  return [next, [...asks, ...sends]];
}

/** Of a long conversation only the end is asked for: thousands of messages would hold up the first one that is looked at. */
function begun(state: Conversation, seq: number): Conversation {
  const since = Math.max(0, seq - LATEST);
  return { ...state, since, top: since };
}

function older(state: Conversation, since: number, entries: readonly Entry[]): Conversation {
  if (since >= state.since) return state;
  return { ...state, since, entries: [...entries.filter((each) => each.seq > since && each.seq <= state.since), ...state.entries] };
}

function emptied(state: Conversation): Conversation {
  const outbox = state.outbox.map(({ seq: _, ...own }): Own => unsent(own));
  return { ...state, entries: [], since: 0, top: 0, ahead: new Map(), asked: null, flight: null, outbox, seen: { customer: 0, agent: 0 } };
}

function placed(state: Conversation, entry: Entry): Step {
  if (entry.seq <= state.top) return [state, []];
  const ahead = new Map(state.ahead).set(entry.seq, entry);
  const next = drained({ ...state, ahead });
  return next.ahead.size > 0 ? ask(next) : [next, []];
}

/** Moves what has become contiguous from `ahead` to `entries`. */
function drained(state: Conversation): Conversation {
  const ahead = new Map(state.ahead);
  const fresh: Entry[] = [];
  let top = state.top;
  for (let entry = ahead.get(top + 1); entry; entry = ahead.get(top + 1)) {
    ahead.delete(++top);
    fresh.push(entry);
  }
  const start: Conversation = { ...state, ahead, top, entries: [...state.entries, ...fresh] };
  return fresh.reduce(noticed, start);
}

function noticed(state: Conversation, entry: Entry): Conversation {
  switch (entry.type) {
    case "holder":
      return { ...state, holding: held(state.holding, entry), typing: null };
    case "message":
    case "note": {
      const id = entry.id;
      const outbox = id ? changed(state.outbox, id, (own) => ({ ...own, state: "sent", code: undefined, seq: entry.seq })) : state.outbox;
      return { ...state, outbox, typing: state.typing?.kind === entry.author.kind ? null : state.typing };
    }
    case "skip":
    case "rating":
      return state;
  }
}

/** The entry of a move knows no position; the repeats that follow do. */
function held(before: Holding | null, frame: Extract<Entry, { type: "holder" }>): Holding {
  const old = before?.holder === frame.holder ? before : null;
  return {
    holder: frame.holder,
    name: frame.agent?.name ?? old?.name,
    agent: frame.agent?.id ?? old?.agent,
    reason: frame.reason ?? old?.reason,
    position: frame.position ?? old?.position,
    // A place without a wait: nobody is there who could end it.
    wait_seconds: frame.position === undefined ? old?.wait_seconds : frame.wait_seconds,
    wait_range: frame.position === undefined ? old?.wait_range : frame.wait_range,
    at: frame.at ?? old?.at,
  };
}

function resumed(state: Conversation, frame: Resumed): Step {
  const other = state.epoch !== null && frame.epoch !== state.epoch;
  if (!other && (frame.recovered || state.asked === 0)) return finished(state, frame);
  const [next, sends] = flush({ ...emptied(state), epoch: frame.epoch });
  const [asking, asks] = ask(next);
  return [asking, [...asks, ...sends]];
}

function finished(state: Conversation, frame: Resumed): Step {
  // All up to `seq` was sent on this connection: a hole that is left will never be filled.
  const filled = [...state.ahead.values()].filter((each) => each.seq <= frame.seq).sort((a, b) => a.seq - b.seq);
  const entries = [...state.entries, ...filled];
  const top = Math.max(state.top, frame.seq);
  const ahead = new Map([...state.ahead].filter(([seq]) => seq > frame.seq));
  const next = drained(filled.reduce(noticed, { ...state, entries, top, ahead, asked: null }));
  return frame.more || next.ahead.size > 0 ? ask(next) : [next, []];
}

function ask(state: Conversation): Step {
  if (state.asked !== null || state.id === null) return [state, []];
  return [{ ...state, asked: state.top }, [{ do: "send", frame: { type: "resume", conversation: state.id, after: state.top } }]];
}

function ponged(state: Conversation, frame: Pong): Step {
  if (state.id === null) return [state, []];
  const archived = frame.archived[state.id] ?? 0;
  const outbox = state.outbox.filter((own) => !(own.state === "sent" && own.seq !== undefined && own.seq <= archived));
  const next = outbox.length === state.outbox.length ? state : { ...state, outbox };
  return (frame.tops[state.id] ?? 0) > state.top ? ask(next) : [next, []];
}

// ---- small things

function furthest(seen: Conversation["seen"], by: string, seq: number): Conversation["seen"] {
  return by === "customer" || by === "agent" ? { ...seen, [by]: Math.max(seen[by], seq) } : seen;
}
