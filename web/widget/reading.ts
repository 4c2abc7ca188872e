// What of the others' messages was before somebody's eyes; all tabs know it.
import type { Conversation } from "../src/conversation.ts";
import type { Entry, Message } from "../src/frames.ts";
import { keep, recall } from "../src/storage.ts";

export const READ_KEY = "bellhop.read";

/** Highest seq that was read in this conversation. */
export function recallRead(conversation: string | undefined): number {
  try {
    const [where, seq] = JSON.parse(recall(READ_KEY) ?? "[]") as [string?, number?];
    return where !== undefined && where === conversation ? Number(seq) || 0 : 0;
  } catch {
    return 0; // somebody else's words under our key
  }
}

export function keepRead(conversation: string, seq: number): void {
  keep(READ_KEY, JSON.stringify([conversation, seq]));
}

/** From the end: what lies before the last that was read is not looked at. */
export function unread(state: Conversation, read: number): number {
  let count = 0;
  for (let index = state.entries.length - 1; index >= 0; index--) {
    const entry = state.entries[index];
    if (entry === undefined || entry.seq <= read) break;
    if (isTheirs(entry)) count += 1;
  }
  return count;
}

export function isTheirs(entry: Entry): entry is Message {
  return entry.type === "message" && entry.author.kind !== "customer";
}
