// What the desk says, in both languages. The words that all our pages share come from src/words, the desk's own from words/.
// vue-i18n compiles messages without `eval`, which our Content-Security-Policy forbids.
import en from "element-plus/es/locale/lang/en";
import zh from "element-plus/es/locale/lang/zh-cn";
import { createI18n, useI18n } from "vue-i18n";
import { choose, language } from "../src/words.ts";
import type { Language } from "../src/words.ts";
import { en as sharedEn } from "../src/words/en.ts";
import { zh as sharedZh } from "../src/words/zh.ts";
import { en as adminEn, zh as adminZh } from "./words/admin.ts";
import { en as ownEn } from "./words/en.ts";
import { zh as ownZh } from "./words/zh.ts";

export type Word = keyof typeof sharedZh | keyof typeof ownZh | keyof typeof adminZh;
type Words = Record<Word, string>;

export const elementWords = { zh, en };

export const i18n = createI18n<[Words], Language, false>({
  legacy: false,
  locale: language,
  fallbackLocale: "en",
  messages: { zh: { ...sharedZh, ...ownZh, ...adminZh }, en: { ...sharedEn, ...ownEn, ...adminEn } },
});
choose(language);

/** `t` says a word; `language` is which one is spoken, `turn` changes it. */
export function useWords() {
  const { t, locale } = useI18n<{ message: Words }, Language>();

  function turn(): void {
    locale.value = locale.value === "zh" ? "en" : "zh";
    // Dates and the modules that all our pages share follow it.
    choose(locale.value);
  }

  const say = (word: Word, values: Record<string, string | number> = {}): string => t(word, values);
  return { t: say, language: locale, turn };
}
