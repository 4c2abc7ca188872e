// What admins have chosen of the look, for all pages. What a page's own tag says goes before. The last one known is used at once; the
// fresh one is asked for beside.
import type { Look } from "../src/generated/rest.ts";
import { keep, recall } from "../src/storage.ts";

export type { Look };

const KEY = "bellhop.look";

export function keptLook(): Look | null {
  try {
    return JSON.parse(recall(KEY) ?? "null") as Look | null;
  } catch {
    return null;
  }
}

/** Null where it cannot be had now: then it looks as before. */
export async function freshLook(server: string): Promise<Look | null> {
  try {
    const answer = await fetch(`${server}/api/widget-settings`);
    if (!answer.ok) return null;
    const look = (await answer.json()) as Look;
    keep(KEY, JSON.stringify(look));
    return look;
  } catch {
    return null;
  }
}
