// Labelling: what is open, where one stands in it, and what was decided last, so that it can be taken back.
import { ref, shallowRef } from "vue";
import type { Alike, Unsure } from "../../src/generated/rest.ts";
import { api, Trouble } from "../api.ts";

export type Verdict = "intent" | "outside" | "skip";

export interface Filter {
  language: "" | "zh" | "en";
  why: "" | Unsure["why"];
}

/** What was decided: `items` messages, as `title` where it was an intent. */
export interface Said {
  decision: string;
  verdict: Verdict;
  title: string;
  items: number;
}

const PAGE = 50;
/** Below this the next page comes before anybody waits for it. */
const FEW = 10;

export function useLabelling(words: () => "zh" | "en", filter: Filter) {
  const groups = shallowRef<Alike[]>([]);
  const open = ref(0);
  const at = ref(0);
  const said = shallowRef<Said[]>([]);
  let next: string | null = null;

  async function load(): Promise<true> {
    const page = await asked("");
    groups.value = page.groups;
    open.value = page.open;
    next = page.next;
    at.value = 0;
    return true;
  }

  async function more(): Promise<void> {
    if (next === null || groups.value.length > FEW) return;
    const page = await asked(next);
    next = page.next;
    const known = new Set(groups.value.map((each) => each.id));
    groups.value = [...groups.value, ...page.groups.filter((each) => !known.has(each.id))];
  }

  function asked(after: string) {
    return api("GET /api/inbox", { query: { ...filter, words: words(), after, limit: PAGE } });
  }

  function move(by: number): void {
    at.value = Math.max(0, Math.min(groups.value.length - 1, at.value + by));
  }

  /** Null where a colleague was quicker. Throws Trouble. */
  async function decide(group: Alike, verdict: Verdict, intent = "", title = "", line = ""): Promise<Said | null> {
    const { items } = await api("GET /api/inbox/{group}", { path: { group: group.id }, query: { limit: 200 } });
    const spots = items.map(({ conversation, seq }) => ({ conversation, seq }));
    if (spots.length === 0) return gone();
    const done = await api("POST /api/inbox/decisions", { body: { items: spots, verdict, ...(intent ? { intent } : {}), ...(line ? { line } : {}) } });
    if (done.items === 0) return gone();
    const made: Said = { decision: done.id, verdict, title, items: done.items };
    said.value = [...said.value, made];
    open.value -= done.items;
    groups.value = groups.value.filter((each) => each.id !== group.id || each.items > done.items);
    move(0);
    await more();
    return made;
  }

  async function gone(): Promise<null> {
    await load();
    return null;
  }

  /** How many are open again; 0 where there is nothing to take back, or somebody else has done so. */
  async function undo(): Promise<number> {
    const last = said.value.at(-1);
    if (!last) return 0;
    said.value = said.value.slice(0, -1);
    try {
      const { items } = await api("DELETE /api/inbox/decisions/{id}", { path: { id: last.decision } });
      await load();
      return items;
    } catch (error) {
      if (error instanceof Trouble && error.status === 404) return 0;
      throw error;
    }
  }

  return { groups, open, at, said, load, move, decide, undo };
}
