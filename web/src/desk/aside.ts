// The right pane: why this conversation is here, and since when.
import { full, waited } from "../clock.ts";
import type { Conversation } from "../conversation.ts";
import { h, refill } from "../dom.ts";
import { language, t } from "../words.ts";
import type { Word } from "../words.ts";
import type { Known } from "./board.ts";
import { holderName, languageName, reasonName } from "./names.ts";

export function drawAside(element: HTMLElement, state: Conversation | null, known: Known | undefined, me: string, now: number): void {
  if (!state) return refill(element, "", () => []);
  const since = Date.parse(known?.asked ?? "");
  const last = state.entries.findLast((each) => each.type === "message");
  const lines: [Word, string][] = [
    ["customer", known?.name || t("visitor")],
    ["holder", state.holding?.holder === "nobody" ? "" : holderName(state.holding, me)],
    ["reason", reasonName(state.holding?.reason ?? known?.reason)],
    ["customer_language", languageName(known?.language)],
    ["waiting_since", !since ? "" : state.holding?.holder === "queue" ? `${waited(since, now)} · ${full(since)}` : full(since)],
    ["last_message", last?.type === "message" ? full(Date.parse(last.at)) : ""],
  ];
  const told = lines.filter(([, value]) => value);
  const items = () => told.flatMap(([word, value]) => [h("dt", {}, t(word)), h("dd", {}, value)]);
  refill(element, language + JSON.stringify(told), () => [h("h2", {}, t("details")), h("dl", {}, ...items())]);
}
