// What a site owner may choose, as attributes of the script or as props of the React component.
import type { Language } from "../src/words.ts";

export interface Options {
  /** Where Bellhop runs; the script's own origin where none is named. */
  server: string;
  /** auto: the page's language, else the browser's. */
  language: Language | "auto";
  /** auto: as the visitor's system has it. */
  theme: "light" | "dark" | "auto";
  side: "left" | "right" | "";
  /** auto: as the page is written. */
  dir: "ltr" | "rtl" | "auto";
  /** Opens by itself at the first visit. */
  open: boolean;
  title: string;
  greeting: string;
  /** What people really ask here; empty: our own three. */
  suggestions: readonly string[];
  /** Origins whose pictures are shown, besides the page's own. */
  pictures: readonly string[];
}

const PLAIN: Options = { server: "", language: "auto", theme: "auto", side: "", dir: "auto", open: false, title: "", greeting: "", suggestions: [], pictures: [] };

/** Of `data-…` attributes. What is no such choice is as if it was not there. */
export function optionsOf(data: DOMStringMap, server: string): Options {
  const one = <T extends string>(value: string | undefined, ...choices: T[]): T | undefined => choices.find((each) => each === value);
  return {
    server: origin(data["server"]) ?? server,
    language: one(data["language"], "zh", "en") ?? PLAIN.language,
    theme: one(data["theme"], "light", "dark") ?? PLAIN.theme,
    side: one(data["side"], "left", "right") ?? PLAIN.side,
    dir: one(data["dir"], "ltr", "rtl") ?? PLAIN.dir,
    open: data["open"] !== undefined && data["open"] !== "false",
    title: data["title"] ?? "",
    greeting: data["greeting"] ?? "",
    suggestions: (data["suggestions"] ?? "").split("|").map((each) => each.trim()).filter(Boolean),
    pictures: (data["pictures"] ?? "").split(/[\s,]+/).flatMap((each) => origin(each) ?? []),
  };
}

export function withDefaults(given: Partial<Options>, server: string): Options {
  return { ...PLAIN, ...given, server: origin(given.server) ?? server };
}

function origin(server: string | undefined): string | undefined {
  return server && URL.canParse(server) ? new URL(server).origin : undefined;
}

/** The page knows its readers better than the browser does. */
export function languageOf(options: Options): Language | null {
  if (options.language !== "auto") return options.language;
  const page = document.documentElement.lang.toLowerCase();
  if (page.startsWith("zh")) return "zh";
  return page.startsWith("en") ? "en" : null;
}
