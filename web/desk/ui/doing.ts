// What a press on a button does: one thing at a time, what went wrong as a sentence, and a question before what cannot be taken back.
import { ElMessage, ElMessageBox } from "element-plus";
import { ref } from "vue";
import { troubleWord } from "../api.ts";
import { useWords } from "../i18n.ts";
import type { Word } from "../i18n.ts";

export interface Question {
  title: string;
  /** What will happen. */
  text: string;
  /** The verb, not “OK”. */
  yes: string;
}

export function useDoing() {
  const { t } = useWords();
  const busy = ref(false);

  /** Whether it was done; `done` is said then. */
  async function run(what: () => Promise<unknown>, done?: Word): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    try {
      await what();
      if (done) ElMessage.success({ message: t(done), grouping: true });
      return true;
    } catch (error) {
      ElMessage.error({ message: t(troubleWord(error)), grouping: true });
      return false;
    } finally {
      busy.value = false;
    }
  }

  async function sure({ title, text, yes }: Question): Promise<boolean> {
    try {
      await ElMessageBox.confirm(text, title, {
        confirmButtonText: yes, cancelButtonText: t("cancel"), confirmButtonType: "danger", distinguishCancelAndClose: false, autofocus: true,
      });
      return true;
    } catch {
      return false;
    }
  }

  return { busy, run, sure };
}
