// The rows of the desk's lists, from the board and from what the server has listed. Pure.
import { mine } from "./board.ts";
import type { Board, Due, Summary } from "./board.ts";
import type { Waiting } from "./frames.ts";

export interface Line {
  id: string;
  name: string;
  text: string;
  /** Milliseconds; 0: not known. */
  at: number;
  /** Somebody waits for us since `at`. */
  waits: boolean;
  unread: boolean;
  overdue: boolean;
  returned: boolean;
  language: string;
  reason: string;
  queue: string;
  /** Who holds it; empty where the list itself says so. */
  holder: string;
  agent: string;
  /** The promise that is due first, in milliseconds; `due` 0: there is none. */
  target: string;
  warn: number;
  due: number;
}

/** What is promised next of all that was. */
export function next(all: readonly Due[] | undefined): Pick<Line, "target" | "warn" | "due"> {
  const made = (all ?? []).map((each) => ({ target: each.target, warn: Date.parse(each.warn), due: Date.parse(each.due) }));
  return made.sort((a, b) => a.due - b.due)[0] ?? { target: "", warn: 0, due: 0 };
}

/** Whether what was promised is nearly over, or is. */
export function promise(line: Pick<Line, "warn" | "due">, now: number): Level {
  if (line.due === 0 || now < line.warn) return "";
  return now < line.due ? "amber" : "red";
}

/** From here on a wait is long, and then too long. */
const AMBER_MS = 60_000;
const RED_MS = 5 * 60_000;

export type Level = "" | "amber" | "red";

export function level(line: Line, now: number): Level {
  if (line.overdue) return "red";
  if (!line.waits || line.at === 0) return "";
  return now - line.at > RED_MS ? "red" : now - line.at > AMBER_MS ? "amber" : "";
}

/** `fresh`, with each line that says what it said before in the place of the new one: a row is drawn again only when it changed. */
export function steadyLines(before: readonly Line[], fresh: readonly Line[]): readonly Line[] {
  const old = new Map(before.map((each) => [each.id, each]));
  return fresh.map((line) => {
    const same = old.get(line.id);
    return same !== undefined && (Object.keys(line) as (keyof Line)[]).every((name) => same[name] === line[name]) ? same : line;
  });
}

/** Sorted by who has waited longest for us. */
export function mineLines(state: Board): Line[] {
  return mine(state).map((each) => ({ ...lineOf(each), ...next(state.known.get(each.id)?.due), overdue: state.overdue.has(each.id), holder: "", agent: "" }));
}

export function queueLines(state: Board): Line[] {
  return state.waiting.map((each) => ({ ...waitingLine(each), ...next(state.known.get(each.conversation)?.due) }));
}

export function lineOf(each: Summary): Line {
  const queued = each.holder === "queue";
  const unread = (each.unread ?? 0) > 0;
  return {
    id: each.id, name: each.name ?? "", text: each.last_text ?? "", at: Date.parse((queued && each.asked) || each.last_at || "") || 0,
    waits: queued || (unread && each.holder === "agent"), unread, overdue: false, returned: false, language: each.language ?? "", reason: each.reason ?? "",
    queue: "", holder: each.holder, agent: each.agent_name ?? "", ...next(each.due),
  };
}

function waitingLine(each: Waiting): Line {
  return {
    id: each.conversation, name: each.name, text: "", at: Date.parse(each.asked) || 0, waits: true, unread: false, overdue: false,
    returned: each.returned ?? false, language: each.language ?? "", reason: each.reason ?? "", queue: each.queue ?? "", holder: "", agent: "", ...next(undefined),
  };
}
