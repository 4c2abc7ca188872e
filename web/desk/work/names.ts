// Codes of the server in the words of the interface. What is not known here is said in general, never shown raw.
import type { Holding } from "../../src/conversation.ts";
import type { LineRow, MessageRow, RatingRow } from "../../src/rows.ts";
import { useWords } from "../i18n.ts";

export function useNames() {
  const { t, language } = useWords();

  function reasonName(reason: string | undefined): string {
    if (!reason) return "";
    if (/vanish|lost|left/.test(reason)) return t("reason_lost");
    if (/ask|request|wish|human|person/.test(reason)) return t("reason_asked");
    if (/miss|fallback|understood|confidence/.test(reason)) return t("reason_misses");
    if (/fail|error|dead|broken/.test(reason)) return t("reason_failed");
    return t("reason_other");
  }

  function languageName(code: string | undefined): string {
    if (code?.startsWith("zh")) return t("lang_zh");
    return code?.startsWith("en") ? t("lang_en") : "";
  }

  function holderName(holding: Holding | null, me: string): string {
    switch (holding?.holder) {
      case "bot":
        return t("holder_bot");
      case "queue":
        return t("holder_queue");
      case "agent":
        return holding.agent === me ? t("you") : holding.name || t("holder_agent");
      case "nobody":
        return t("holder_nobody");
      default:
        return "";
    }
  }

  function lineName(row: LineRow): string {
    switch (row.holder) {
      case "queue":
        return t(row.returned ? "desk_line_queue_again" : "desk_line_queue");
      case "agent":
        return row.name ? t("line_agent", { name: row.name }) : t("line_agent_plain");
      case "bot":
        return t("desk_line_bot");
      case "nobody":
        return t("desk_line_closed");
    }
  }

  function ratingName(row: RatingRow): string {
    const zh = language.value === "zh";
    const words = `${t("desk_rated")}${zh ? "：" : ": "}${t(`rate_${row.stars as 1 | 2 | 3 | 4 | 5}`)} (${row.stars}/5)`;
    return row.text ? `${words}${zh ? "，" : ", "}“${row.text}”` : words;
  }

  function authorName(row: MessageRow, customer: string): string {
    if (row.author === "bot") return t("bot");
    return row.author === "customer" ? customer : row.name || t("agent");
  }

  return { reasonName, languageName, holderName, lineName, ratingName, authorName };
}
