// What cannot be undone asks once, in the same place.
import { onScopeDispose, ref, watch } from "vue";
import type { Ref, WatchSource } from "vue";

const SURE_MS = 3000;

export interface Sure {
  asking: Ref<boolean>;
  /** The first time it asks; the second, soon after, it is done. */
  ask(): void;
}

/** `about` changes: the question was about something else. */
export function useSure(about: WatchSource, run: () => void): Sure {
  const asking = ref(false);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function end(): void {
    clearTimeout(timer);
    asking.value = false;
  }

  function ask(): void {
    const sure = asking.value;
    end();
    if (sure) return run();
    asking.value = true;
    timer = setTimeout(end, SURE_MS);
  }

  watch(about, end);
  onScopeDispose(end);
  return { asking, ask };
}
