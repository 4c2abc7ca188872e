// The widget's style sheet: the tokens that all pages share, bound to the shadow host, and the widget's own rules. It is constructed,
// not written into the page, so that a host page's `style-src` does not matter.
import tokens from "../src/style/tokens.css";
import own from "./widget.css";

const BLOCK = /:root\s*\{([^}]*)\}/g;

/** A site may set the theme: the dark names then hold whatever the system says. */
export function sheet(): CSSStyleSheet {
  const [light = "", dark = ""] = [...tokens.matchAll(BLOCK)].map((found) => found[1] ?? "");
  const made = new CSSStyleSheet();
  made.replaceSync(
    `:host{all:initial;${light}}` +
      `@media (prefers-color-scheme:dark){:host(:not([data-theme="light"])){${dark}}}` +
      `:host([data-theme="dark"]){${dark};color-scheme:dark}:host([data-theme="light"]){color-scheme:light}${own}`,
  );
  return made;
}
