// What the server did not do, in the words of the desk.
import type { Word } from "../i18n.ts";
import type { Verb } from "./desk.ts";

export interface Asked {
  verb: Verb;
  id: string;
}

const WORDS: Record<string, Word> = {
  unavailable: "error_unavailable",
  not_found: "error_not_found",
  closed: "error_closed",
  not_assigned: "error_not_assigned",
  not_available: "error_not_available",
  full: "error_full",
};

/** `asked` is what I did last. */
export function refusalWord(code: string, asked: Asked | null): Word {
  if (code === "full" || code === "unavailable") return WORDS[code] ?? "error_action";
  if (asked?.verb === "reopen" && code === "not_possible") return "error_reopen";
  if (asked?.verb === "take") return "error_taken";
  return WORDS[code] ?? "error_action";
}
