// What a page or a pane has asked the server for: on its way, there, or gone wrong with a sentence and a way to try again.
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Ref, ShallowRef } from "vue";
import { troubleWord } from "../api.ts";
import type { Word } from "../i18n.ts";

/** An answer that is faster than this needs no skeleton: it would only flicker. */
const SLOW_MS = 200;

export interface Loading<Value> {
  value: ShallowRef<Value | null>;
  /** Asked so long ago that something should be shown in its place. */
  slow: Ref<boolean>;
  trouble: Ref<Word | null>;
  /** Asks (again). What was there stays until the new is there. */
  load: () => Promise<void>;
}

/** Asks at once. An answer that a later one has overtaken is forgotten. */
export function useLoading<Value>(ask: () => Promise<Value>): Loading<Value> {
  const value = shallowRef<Value | null>(null);
  const slow = ref(false);
  const trouble = ref<Word | null>(null);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    const mine = ++turn;
    clearTimeout(timer);
    timer = setTimeout(() => (slow.value = value.value === null), SLOW_MS);
    trouble.value = null;
    try {
      const answer = await ask();
      if (mine === turn) value.value = answer;
    } catch (error) {
      if (mine === turn) trouble.value = troubleWord(error);
    }
    if (mine !== turn) return;
    clearTimeout(timer);
    slow.value = false;
  }

  onScopeDispose(() => {
    turn += 1;
    clearTimeout(timer);
  });
  void load();
  return { value, slow, trouble, load };
}
