// Which list is looked at, and what stands in it. Mine and the queue come over the link, the others are asked for.
import { computed, onScopeDispose, ref, shallowRef, watch } from "vue";
import type { Listed } from "../../src/generated/rest.ts";
import { lineOf, mineLines, queueLines, steadyLines } from "../../src/lines.ts";
import type { Line } from "../../src/lines.ts";
import { api, troubleWord } from "../api.ts";
import type { Word } from "../i18n.ts";
import type { Desk } from "./desk.ts";

export type Tab = "mine" | "queue" | "all" | "closed";
/** Of a list that is asked for: what it tells is at most this old. */
const FRESH_MS = 10_000;

export type Lists = ReturnType<typeof useLists>;

export function useLists(desk: Desk) {
  const tab = ref<Tab>("mine");
  const asked = shallowRef<readonly Listed[] | null>(null);
  const next = ref<string | null>(null);
  const trouble = ref<Word | null>(null);
  let turn = 0;

  const lines = computed((before?: readonly Line[]) => steadyLines(before ?? [], told()));
  function told(): readonly Line[] {
    if (tab.value === "mine") return mineLines(desk.board.value);
    if (tab.value === "queue") return queueLines(desk.board.value);
    return (asked.value ?? []).map(lineOf);
  }
  const waiting = computed(() => (tab.value === "mine" ? desk.loaded.value === "no" : tab.value !== "queue" && asked.value === null && trouble.value === null));
  const failed = computed(() => (tab.value === "mine" ? desk.loaded.value === "failed" : tab.value !== "queue" && asked.value === null && trouble.value !== null));

  /** `after` "" is the first page, which replaces what is there. */
  async function load(after = ""): Promise<void> {
    if (tab.value === "mine") return desk.list();
    if (tab.value === "queue") return;
    const mine = ++turn;
    try {
      const page = await api("GET /api/conversations", { query: { state: tab.value, after } });
      if (mine !== turn) return;
      asked.value = after ? [...(asked.value ?? []), ...page.conversations] : page.conversations;
      next.value = page.next;
      trouble.value = null;
      desk.learn(page.conversations);
    } catch (error) {
      if (mine === turn) trouble.value = troubleWord(error);
    }
  }

  async function more(): Promise<void> {
    const after = next.value;
    next.value = null;
    if (after) await load(after);
  }

  /** Only the first page is asked for again: who has gone further down would lose the place. */
  function freshen(): void {
    if (document.visibilityState === "visible" && (asked.value?.length ?? 0) <= 50) void load();
  }

  function move(by: number): void {
    const place = lines.value.findIndex((each) => each.id === desk.chosen.value);
    const to = lines.value[Math.min(lines.value.length - 1, Math.max(0, place < 0 ? 0 : place + by))];
    if (to) desk.choose(to.id);
  }

  watch(tab, () => {
    turn += 1;
    asked.value = next.value = trouble.value = null;
    void load();
  });
  watch(desk.mine, () => (tab.value = "mine"));
  const timer = setInterval(freshen, FRESH_MS);
  onScopeDispose(() => clearInterval(timer));
  return { tab, lines, waiting, failed, trouble, next, load, more, move };
}
