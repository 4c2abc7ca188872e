// What a system can be told of, in words.
import type { Kind } from "../../src/generated/rest.ts";
import type { useWords, Word } from "../i18n.ts";

const WORDS: Record<Kind, Word> = {
  "conversation.opened": "kind_opened",
  "conversation.handed_over": "kind_handed_over",
  "conversation.taken": "kind_taken",
  "conversation.closed": "kind_closed",
  "conversation.rated": "kind_rated",
  message: "kind_message",
};

export const KINDS = Object.keys(WORDS) as Kind[];

export function kindName(t: ReturnType<typeof useWords>["t"], kind: Kind): string {
  return t(WORDS[kind]);
}
