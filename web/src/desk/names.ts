// Codes of the server in the words of the interface. What is not known here is said in general, never shown raw.
import type { Holding } from "../conversation.ts";
import type { LineRow } from "../rows.ts";
import { t } from "../words.ts";

export function reasonName(reason: string | undefined): string {
  if (!reason) return "";
  if (/vanish|lost|left/.test(reason)) return t("reason_lost");
  if (/ask|request|wish|human|person/.test(reason)) return t("reason_asked");
  if (/miss|fallback|understood|confidence/.test(reason)) return t("reason_misses");
  if (/fail|error|dead|broken/.test(reason)) return t("reason_failed");
  return t("reason_other");
}

export function languageName(language: string | undefined): string {
  if (language?.startsWith("zh")) return t("lang_zh");
  return language?.startsWith("en") ? t("lang_en") : "";
}

export function holderName(holding: Holding | null, me: string): string {
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

export function lineName(row: LineRow): string {
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
