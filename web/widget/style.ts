// The widget's style sheet: the tokens that all pages share, bound to the shadow host, and the widget's own rules. It is constructed,
// not written into the page, so that a host page's `style-src` does not matter.
import tokens from "../src/style/tokens.css";
import own from "./widget.css";

const BLOCK = /:root\s*\{([^}]*)\}/g;

// An admin's colour carries white text; on dark paper it is brighter, and carries dark text.
const ON_LIGHT = "--accent:var(--chosen);--accent-strong:color-mix(in srgb,var(--chosen) 82%,black);--accent-soft:color-mix(in srgb,var(--chosen) 12%,white);--own:var(--chosen)";
const ON_DARK = "--accent:color-mix(in srgb,var(--chosen) 45%,white);--accent-strong:color-mix(in srgb,var(--chosen) 30%,white);--accent-soft:color-mix(in srgb,var(--chosen) 30%,black);--own:var(--chosen);--on-own:#fff;--on-accent:#0f1316";
const CHOSEN =
  `:host([data-chosen]){${ON_LIGHT}}` +
  `@media (prefers-color-scheme:dark){:host([data-chosen]:not([data-theme="light"])){${ON_DARK}}}` +
  `:host([data-chosen][data-theme="dark"]){${ON_DARK}}`;

/** A site may set the theme: the dark names then hold whatever the system says. */
export function sheet(): CSSStyleSheet {
  const [light = "", dark = ""] = [...tokens.matchAll(BLOCK)].map((found) => found[1] ?? "");
  const made = new CSSStyleSheet();
  made.replaceSync(
    `:host{all:initial;${light}}` +
      `@media (prefers-color-scheme:dark){:host(:not([data-theme="light"])){${dark}}}` +
      `:host([data-theme="dark"]){${dark};color-scheme:dark}:host([data-theme="light"]){color-scheme:light}${CHOSEN}${own}`,
  );
  return made;
}
