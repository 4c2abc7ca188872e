// What I say, on its way: shown at once, sent one after the other, and kept until it is archived. Pure, a part of conversation.ts.
import type { Conversation, Effect, Step } from "./conversation.ts";
import type { Ack, FileInfo, Refusal, ToReach } from "./frames.ts";

/** sending: on its way, or behind one that is. waiting: refused for now, goes out again by itself. failed: refused for good, the person decides. */
export type SendState = "sending" | "waiting" | "sent" | "failed";

export interface Own {
  id: string;
  text: string;
  payload?: string;
  files?: readonly FileInfo[];
  contact?: ToReach;
  note: boolean;
  at: number;
  state: SendState;
  code?: string;
  seq?: number;
}

/** Refused for now: nothing is wrong with the message. */
const PASSING: ReadonlySet<string> = new Set(["unavailable", "rate_limited", "overloaded", "internal"]);
const FLUSH_MS = 3000;

export function said(state: Conversation, { id, text, payload, files, contact, note, at }: Own): Step {
  const own: Own = { id, text, ...(payload ? { payload } : {}), ...(files?.length ? { files } : {}), ...(contact ? { contact } : {}), note, at, state: "sending" };
  // Behind one that waits to go out again it waits too: order is kept.
  const blocked = state.outbox.some((each) => each.state === "waiting");
  return [{ ...state, outbox: [...state.outbox, blocked ? { ...own, state: "waiting" } : own] }, []];
}

/** What waits may go out, in order. */
export function flush(state: Conversation): Step {
  if (!state.outbox.some((each) => each.state === "waiting")) return [state, []];
  return [{ ...state, outbox: state.outbox.map((each): Own => (each.state === "waiting" ? { ...each, state: "sending" } : each)) }, []];
}

/** Sends the next one, where none is on its way and none waits before it. */
export function sent(state: Conversation): Step {
  if (state.flight !== null && find(state, state.flight)?.state === "sending") return [state, []];
  const next = state.outbox.find((each) => each.state === "sending" || each.state === "waiting");
  if (next?.state !== "sending") return [state.flight === null ? state : { ...state, flight: null }, []];
  return [{ ...state, flight: next.id }, [send(state, next)]];
}

function send(state: Conversation, own: Own): Effect {
  const where = state.named && state.id ? { conversation: state.id } : {};
  if (own.note) return { do: "send", frame: { type: "note", id: own.id, text: own.text, conversation: state.id ?? "" } };
  const files = own.files ? { files: own.files.map((each) => each.id) } : {};
  return { do: "send", frame: { type: "say", id: own.id, text: own.text, ...(own.payload ? { payload: own.payload } : {}), ...files, ...(own.contact ? { contact: own.contact } : {}), ...where } };
}

export function acked(state: Conversation, ack: Ack): Conversation {
  const outbox = changed(state.outbox, ack.id, (own) => ({
    ...own, state: "sent", code: undefined, seq: ack.seq > 0 ? ack.seq : own.seq,
  }));
  return { ...state, outbox };
}

export function refused(state: Conversation, error: Refusal): Step {
  const own = error.id === undefined ? undefined : find(state, error.id);
  if (!own) return [{ ...state, asked: null }, []];
  // Sent again after a reconnect, and refused: the first answer stands.
  if (own.state === "sent") return [state, []];
  const passing = PASSING.has(error.code);
  const outbox = changed(state.outbox, own.id, (each) => ({ ...each, state: passing ? "waiting" : "failed", code: error.code }));
  return [{ ...state, outbox }, passing ? [{ do: "flush_later", ms: error.retry_ms ?? FLUSH_MS }] : []];
}

/** After a reconnect all that is not archived goes out again; the log knows the ids it has seen. */
export function unsent(own: Own): Own {
  return own.state === "failed" ? own : { ...own, state: "waiting" };
}

export function find(state: Conversation, id: string): Own | undefined {
  return state.outbox.find((each) => each.id === id);
}

export function changed(outbox: readonly Own[], id: string, change: (own: Own) => Own): readonly Own[] {
  return outbox.some((each) => each.id === id) ? outbox.map((each) => (each.id === id ? change(each) : each)) : outbox;
}

/** In its place by time: what comes from before a reload stands first, what comes from another tab stands last. */
export function inserted(outbox: readonly Own[], own: Own): readonly Own[] {
  const later = outbox.findIndex((each) => each.at > own.at);
  return later < 0 ? [...outbox, own] : [...outbox.slice(0, later), own, ...outbox.slice(later)];
}

/** Tried again by hand: it goes to the end, as what was said last. */
export function moved(outbox: readonly Own[], id: string): readonly Own[] {
  const rest = outbox.filter((each) => each.id !== id);
  return [...rest, ...outbox.filter((each) => each.id === id).map((own): Own => ({ ...own, state: "waiting", code: undefined }))];
}
