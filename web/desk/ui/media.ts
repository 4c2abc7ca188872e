// Whether a media query holds, as it changes.
import { onScopeDispose, ref } from "vue";
import type { Ref } from "vue";

export function useMedia(query: string): Ref<boolean> {
  const asked = matchMedia(query);
  const holds = ref(asked.matches);
  const changed = (): void => void (holds.value = asked.matches);
  asked.addEventListener("change", changed);
  onScopeDispose(() => asked.removeEventListener("change", changed));
  return holds;
}
