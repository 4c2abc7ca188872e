// The examples of one intent, page by page, which of them are chosen, and what was changed last, so that it can be undone.
import { computed, ref, shallowRef } from "vue";
import type { ExamplesWanted, Taught, TaughtExample } from "../../src/generated/rest.ts";
import { api } from "../api.ts";

const PAGE = 50;

export type Filter = Required<Pick<ExamplesWanted, "intent" | "text" | "source" | "person">>;

export function useExamples(filter: Filter) {
  const examples = shallowRef<TaughtExample[]>([]);
  const kept = shallowRef(new Set<string>());
  const total = ref(0);
  const at = ref(0);
  const chosen = ref(new Set<string>());
  const changes = shallowRef<string[]>([]);
  const next = ref<string | null>(null);
  let turn = 0;

  const current = computed(() => examples.value[at.value]);
  /** What a key is for: those that are chosen, else where one stands. */
  const meant = computed(() => (chosen.value.size > 0 ? [...chosen.value] : current.value ? [current.value.id] : []));

  async function load(): Promise<true> {
    const mine = ++turn;
    const page = await asked("");
    if (mine !== turn) return true;
    examples.value = page.examples;
    kept.value = new Set(page.kept_back);
    total.value = page.total;
    next.value = page.next;
    chosen.value = new Set();
    at.value = Math.max(0, Math.min(at.value, page.examples.length - 1));
    return true;
  }

  async function more(): Promise<void> {
    if (next.value === null) return;
    const mine = turn;
    const page = await asked(next.value);
    if (mine !== turn) return;
    next.value = page.next;
    examples.value = [...examples.value, ...page.examples];
    kept.value = new Set([...kept.value, ...page.kept_back]);
  }

  function asked(after: string) {
    return api("POST /api/data/examples/list", { body: { ...filter, after, limit: PAGE } satisfies Partial<ExamplesWanted> });
  }

  function move(by: number): void {
    at.value = Math.max(0, Math.min(examples.value.length - 1, at.value + by));
  }

  function choose(id: string): void {
    const now = new Set(chosen.value);
    if (!now.delete(id)) now.add(id);
    chosen.value = now;
  }

  /** What was done can be undone from now on. */
  async function did(work: Promise<Taught>): Promise<void> {
    changes.value = [...changes.value, (await work).change];
    await load();
  }

  async function undo(): Promise<void> {
    const last = changes.value.at(-1);
    if (!last) return;
    changes.value = changes.value.slice(0, -1);
    try {
      await api("DELETE /api/data/changes/{id}", { path: { id: last } });
    } finally {
      await load();
    }
  }

  return { examples, kept, total, at, chosen, changes, next, current, meant, load, more, move, choose, did, undo };
}
