// What lies before what is shown, as the server has it.
import { LATEST } from "../src/conversation.ts";
import type { Entry } from "../src/frames.ts";

export interface Older {
  since: number;
  entries: readonly Entry[];
}

/** A page of entries up to `since`. Null where it cannot be had now. */
export async function entriesBefore(server: string, token: string, conversation: string, since: number): Promise<Older | null> {
  const after = Math.max(0, since - LATEST);
  try {
    const answer = await fetch(`${server}/api/conversations/${conversation}/messages?after=${after}&limit=${since - after}`, { headers: { Authorization: `Bearer ${token}` } });
    return answer.ok ? { since: after, entries: ((await answer.json()) as { entries: Entry[] }).entries } : null;
  } catch {
    return null;
  }
}
