// A setting that is being changed: what is kept, a draft of it, and the version by which the server sees that somebody else was quicker.
import { ElMessage, ElMessageBox } from "element-plus";
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, watch } from "vue";
import type { ComputedRef, Ref } from "vue";
import { onBeforeRouteLeave, onBeforeRouteUpdate } from "vue-router";
import type { Setting } from "../../src/generated/rest.ts";
import { api, Trouble, troubleWord } from "../api.ts";
import { useWords } from "../i18n.ts";
import { useLoading } from "../ui/loading.ts";
import type { Loading } from "../ui/loading.ts";
import type { Values } from "./values.ts";

export interface Changing<Value> {
  kept: Loading<Setting>;
  draft: Ref<Value>;
  changed: ComputedRef<boolean>;
  busy: Ref<boolean>;
  /** Somebody else has saved since this was loaded. */
  outdated: Ref<boolean>;
  save: () => Promise<boolean>;
  /** What was changed and not saved is forgotten. */
  discard: () => void;
  /** What is kept now, in place of the draft. */
  reload: () => Promise<void>;
}

function copy<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

export function useSetting<Name extends keyof Values>(name: Name, empty: Values[Name]): Changing<Values[Name]> {
  const { t } = useWords();
  const kept = useLoading(() => api("GET /api/settings/{name}", { path: { name } }));
  const draft = ref(copy(empty)) as Ref<Values[Name]>;
  const before = shallowRef(JSON.stringify(empty));
  const busy = ref(false);
  const outdated = ref(false);
  const changed = computed(() => JSON.stringify(draft.value) !== before.value);

  function discard(): void {
    const value = (kept.value.value?.value ?? empty) as unknown as Values[Name];
    draft.value = { ...copy(empty), ...copy(value) };
    before.value = JSON.stringify(draft.value);
    outdated.value = false;
  }

  watch(kept.value, discard);

  async function save(): Promise<boolean> {
    busy.value = true;
    try {
      kept.value.value = await api("PUT /api/settings/{name}", { path: { name }, body: { version: kept.value.value?.version ?? 0, value: draft.value } });
      ElMessage.success({ message: t("setting_saved"), grouping: true });
      return true;
    } catch (error) {
      outdated.value = error instanceof Trouble && error.code === "outdated";
      if (!outdated.value) ElMessage.error({ message: t(troubleWord(error)), grouping: true });
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function leave(): Promise<boolean> {
    if (!changed.value) return true;
    const asked = { confirmButtonText: t("setting_leave_yes"), cancelButtonText: t("setting_stay"), confirmButtonType: "danger" as const };
    return ElMessageBox.confirm(t("setting_leave_text"), t("setting_leave_ask"), asked).then(() => true, () => false);
  }

  const unload = (event: BeforeUnloadEvent): void => void (changed.value && event.preventDefault());
  onMounted(() => addEventListener("beforeunload", unload));
  onBeforeUnmount(() => removeEventListener("beforeunload", unload));
  onBeforeRouteLeave(leave);
  onBeforeRouteUpdate(leave);
  return { kept, draft, changed, busy, outdated, save, discard, reload: kept.load };
}
