// What is wrong with a line, asked of the server while it is typed.
import { onScopeDispose, shallowRef, watch } from "vue";
import type { DataNote } from "../../src/generated/rest.ts";
import { api } from "../api.ts";

/** Who types on is not interrupted. */
const WAIT_MS = 300;

export function useNotes(typed: () => { intent: string; line: string; id: string }, words: () => "zh" | "en") {
  const notes = shallowRef<DataNote[]>([]);
  let turn = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  watch(typed, () => {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), WAIT_MS);
  });
  onScopeDispose(() => {
    turn += 1;
    clearTimeout(timer);
  });

  async function ask(): Promise<void> {
    const mine = ++turn;
    const { intent, line, id } = typed();
    try {
      const found = line.trim() ? (await api("POST /api/data/check", { query: { words: words() }, body: { intent, line, id } })).notes : [];
      if (mine === turn) notes.value = found;
    } catch {
      // Saving says what is wrong; a check that did not come is not missed.
      if (mine === turn) notes.value = [];
    }
  }

  return notes;
}
