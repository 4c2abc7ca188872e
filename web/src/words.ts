// Which language the interface speaks, and what it says.
import { keep, recall } from "./storage.ts";
import { en } from "./words/en.ts";
import { zh } from "./words/zh.ts";
import type { Word } from "./words/zh.ts";

export type { Word };
export type Language = "zh" | "en";

const KEY = "bellhop.language";
const tables: Record<Language, Record<Word, string>> = { zh, en };

export let language: Language = first();

function first(): Language {
  const kept = recall(KEY);
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** For this page only: the page around a widget has a language of its own. */
export function speak(next: Language): void {
  language = next;
}

export function choose(next: Language): void {
  language = next;
  keep(KEY, next);
  document.documentElement.lang = tag();
}

export function tag(): string {
  return language === "zh" ? "zh-CN" : "en";
}

export function t(word: Word, values: Record<string, string | number> = {}): string {
  return tables[language][word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

const ERRORS: Record<string, Word> = {
  rate_limited: "error_rate_limited",
  unavailable: "error_unavailable",
  overloaded: "error_unavailable",
  internal: "error_unavailable",
  too_long: "error_too_long",
  closed: "error_closed",
  empty: "error_empty",
  no_file: "error_no_file",
  bad_contact: "error_bad_contact",
  bad_text: "error_bad_text",
  not_found: "error_not_found",
  not_assigned: "error_not_assigned",
  not_available: "error_not_available",
};

/** The server's own sentence is English and for developers: never shown. */
export function sentence(code: string | undefined): string {
  return t(ERRORS[code ?? ""] ?? "error_other");
}
