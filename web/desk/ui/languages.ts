// Languages by name, in the language that is spoken.
import { tag } from "../../src/words.ts";
import { useWords } from "../i18n.ts";

/** Those that people are asked for first; any other code that is there already is shown too. */
const OFFERED = ["zh", "en", "ja", "ko", "fr", "de", "es", "pt", "ru", "it", "vi", "th", "id", "ms", "ar"];

export function useLanguages() {
  const { t, language } = useWords();

  function named(code: string): string {
    void language.value;
    return new Intl.DisplayNames([tag()], { type: "language", fallback: "none" }).of(code) ?? code;
  }

  /** None: all. */
  function listed(codes: readonly string[]): string {
    return codes.length === 0 ? t("all_languages") : codes.map(named).join(" · ");
  }

  function offered(chosen: readonly string[]): { code: string; name: string }[] {
    return [...new Set([...OFFERED, ...chosen])].map((code) => ({ code, name: named(code) }));
  }

  return { named, listed, offered };
}
