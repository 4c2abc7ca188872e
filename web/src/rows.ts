// What the transcript shows, from what is known of a conversation. Pure.
import type { Conversation, Own } from "./conversation.ts";
import { cards, image } from "./cards.ts";
import type { Card } from "./cards.ts";
import type { AuthorKind, Button, Entry, FileInfo, Holder, HolderFrame, Sealed } from "./frames.ts";

export type RowState = "sending" | "waiting" | "sent" | "seen" | "failed" | "received";

export interface MessageRow {
  row: "message";
  key: string;
  seq: number;
  author: AuthorKind;
  name: string;
  mine: boolean;
  note: boolean;
  text: string;
  image: string;
  cards: readonly Card[];
  /** What the bot offered to press. */
  buttons: readonly Button[];
  files: readonly FileInfo[];
  /** What is masked in `text`, for agents: each can be opened under its place here. */
  sealed: readonly Sealed[];
  at: number;
  state: RowState;
  code: string;
  id: string;
  /** First and last of a group: one author, without a pause of more than a minute. */
  first: boolean;
  last: boolean;
  /** Whether `state` is told in words under it. */
  told: boolean;
}

export interface LineRow {
  row: "line";
  key: string;
  holder: Holder;
  name: string;
  returned: boolean;
  at: number;
}

/** A new day, or a long pause within one. */
export interface DayRow {
  row: "day";
  key: string;
  at: number;
  pause: boolean;
}

/** What the customer thought of it; told to agents only. */
export interface RatingRow {
  row: "rating";
  key: string;
  stars: number;
  text: string;
  at: number;
}

export type Row = MessageRow | LineRow | DayRow | RatingRow;

const NONE: readonly never[] = [];
const GROUP_MS = 60_000;
const PAUSE_MS = 30 * 60_000;

export interface Viewer {
  kind: "customer" | "agent";
  id?: string;
}

export function rows(state: Conversation, viewer: Viewer, midnight: (at: number) => number): Row[] {
  const said = new Set(state.entries.map((each) => ("id" in each ? each.id : undefined)));
  let move: HolderFrame | undefined;
  const bare = [
    ...state.entries.flatMap((each) => {
      const before = move;
      if (each.type === "holder") move = each;
      return entryRow(state, each, before, viewer);
    }),
    ...state.outbox.filter((own) => !said.has(own.id) && !(own.seq !== undefined && own.seq <= state.since)).map((own) => ownRow(own, viewer)),
  ];
  return dated(told(grouped(bare)), midnight);
}

/** The buttons of the last thing said, unless it was answered: then they are gone. */
export function buttons(state: Conversation): readonly Button[] {
  const said = new Set(state.entries.map((each) => ("id" in each ? each.id : undefined)));
  if (state.outbox.some((own) => !said.has(own.id))) return [];
  const last = state.entries.findLast((each) => each.type === "message");
  return last?.author.kind === "bot" && state.holding?.holder !== "nobody" ? (last.buttons ?? []) : [];
}

/** `before` is the move of the holder before this entry. */
function entryRow(state: Conversation, entry: Entry, before: HolderFrame | undefined, viewer: Viewer): Row[] {
  switch (entry.type) {
    case "skip":
      return [];
    case "rating":
      if (viewer.kind === "customer") return [];
      return [{ row: "rating", key: `rating:${entry.seq}`, stars: entry.stars, text: entry.text ?? "", at: Date.parse(entry.at) }];
    case "holder": {
      const returned = entry.holder === "queue" && before?.holder === "agent";
      const at = Date.parse(entry.at ?? "");
      return [{ row: "line", key: `line:${entry.seq}`, holder: entry.holder, name: entry.agent?.name ?? "", returned, at }];
    }
    case "message":
    case "note": {
      const { author, text, seq, id = "" } = entry;
      const mine = author.kind === viewer.kind && (viewer.kind === "customer" || author.id === viewer.id);
      const other = viewer.kind === "customer" ? state.seen.agent : state.seen.customer;
      const state_: RowState = !mine ? "received" : entry.type === "message" && other >= seq ? "seen" : "sent";
      return [{
        row: "message", key: mine && id ? `own:${id}` : `seq:${seq}`, seq, author: author.kind, name: author.name ?? "", mine,
        note: entry.type === "note", text, image: entry.type === "message" ? image(entry) : "", cards: entry.type === "message" ? cards(entry) : NONE, buttons: entry.type === "message" ? (entry.buttons ?? NONE) : NONE, files: entry.type === "message" ? (entry.files ?? NONE) : NONE, sealed: entry.sealed ?? NONE, at: Date.parse(entry.at), state: state_, code: "", id, first: true, last: true, told: false,
      }];
    }
  }
}

function ownRow(own: Own, viewer: Viewer): MessageRow {
  return {
    row: "message", key: `own:${own.id}`, seq: own.seq ?? 0, author: viewer.kind, name: "", mine: true, note: own.note, text: [own.text, below(own)].filter(Boolean).join("\n\n"),
    image: "", cards: NONE, buttons: NONE, files: own.files ?? NONE, sealed: NONE, at: own.at, state: own.state, code: own.code ?? "", id: own.id, first: true, last: true, told: false,
  };
}

/** As the server writes it there, but for the mask. */
function below({ contact }: Own): string {
  return contact ? [contact.name, contact.reach].filter(Boolean).join(" · ") : "";
}

/** Nobody is there who could end the wait: a message may be left. */
export function absent(state: Conversation): boolean {
  const { holding } = state;
  return holding?.holder === "queue" && holding.position !== undefined && holding.wait_seconds === undefined;
}

/** The contact that was left since a person was asked for last. */
export function left(state: Conversation): string {
  const own = state.outbox.findLast((each) => each.contact)?.contact?.reach;
  const since = state.entries.findLastIndex((each) => each.type === "holder" && each.holder === "queue");
  const entry = state.entries.slice(since + 1).findLast((each) => each.type === "message" && each.contact);
  return entry?.type === "message" ? (entry.contact?.reach ?? "") : (own ?? "");
}

function together(one: Row | undefined, two: Row | undefined): boolean {
  return (
    one?.row === "message" && two?.row === "message" && one.author === two.author && one.mine === two.mine &&
    one.note === two.note && Math.abs(two.at - one.at) < GROUP_MS
  );
}

function grouped(all: Row[]): Row[] {
  return all.map((each, index) =>
    each.row === "message" ? { ...each, first: !together(all[index - 1], each), last: !together(each, all[index + 1]) } : each,
  );
}

/** The last own message tells its state, and every one that has trouble. */
function told(all: Row[]): Row[] {
  const last = all.findLast((each) => each.row === "message");
  return all.map((each) => {
    if (each.row !== "message" || !each.mine) return each;
    return { ...each, told: each.state === "failed" || each.state === "waiting" || (each === last && !each.note) };
  });
}

function dated(all: Row[], midnight: (at: number) => number): Row[] {
  let before = Number.NaN;
  return all.flatMap((each): Row[] => {
    // What is on its way has the time of this clock, which may be wrong.
    if (each.row === "message" && each.seq === 0 && !Number.isNaN(before)) return [each];
    const pause = midnight(each.at) === midnight(before);
    const due = !pause || each.at - before > PAUSE_MS;
    before = each.at;
    return due ? [{ row: "day", key: `day:${each.key}`, at: each.at, pause }, each] : [each];
  });
}
