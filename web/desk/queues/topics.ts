// What a queue is for: reasons of a hand-off have words of ours, intents those of who made the bot.
import { shallowRef, watch } from "vue";
import type { ShallowRef } from "vue";
import type { Intent } from "../../src/generated/rest.ts";
import { api } from "../api.ts";
import { useWords } from "../i18n.ts";
import type { Word } from "../i18n.ts";

export const REASONS: readonly string[] = ["asked", "not_understood", "bot_failed", "action"];

/** Intents in the language that is spoken; none until they have come, and where they do not. */
export function useTopics(): { intents: ShallowRef<readonly Intent[]>; topicName: (topic: string) => string } {
  const { t, language } = useWords();
  const intents = shallowRef<readonly Intent[]>([]);
  watch(language, () => void api("GET /api/intents", { query: { words: language.value } }).then((answer) => (intents.value = answer.intents), () => undefined), { immediate: true });

  function topicName(topic: string): string {
    if (REASONS.includes(topic)) return t(`why_${topic}` as Word);
    return intents.value.find((each) => each.name === topic)?.title ?? topic.replaceAll("_", " ");
  }

  return { intents, topicName };
}
