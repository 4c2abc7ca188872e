// Files that are about to be sent, as components see them.
import { computed, onScopeDispose, shallowRef, watch } from "vue";
import { Uploads } from "../../src/uploads.ts";
import type { Upload } from "../../src/uploads.ts";
import { useSession } from "../session.ts";
import { useDesk } from "./desk.ts";

export type Files = ReturnType<typeof useFiles>;

/** For the conversation that is looked at; another one begins without. */
export function useFiles() {
  const { account } = useSession();
  const desk = useDesk();
  const all = shallowRef<readonly Upload[]>([]);
  const uploads = new Uploads({
    server: "",
    from: () => (account.session && desk.chosen.value ? { token: account.session.token, conversation: desk.chosen.value } : null),
    changed: () => (all.value = uploads.all),
  });

  function forget(): void {
    for (const each of [...uploads.all]) uploads.cancel(each.key);
  }

  /** A token that is about to run out is renewed first. */
  async function add(files: Iterable<File>): Promise<void> {
    const kept = [...files];
    await account.token().catch(() => undefined);
    uploads.add(kept);
  }

  watch(desk.chosen, forget);
  onScopeDispose(forget);
  return { all, add, ready: computed(() => all.value.length > 0 && uploads.ready), take: () => uploads.take(), again: (key: string) => uploads.again(key), cancel: (key: string) => uploads.cancel(key) };
}
