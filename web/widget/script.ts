// The one script tag: reads its own attributes, puts the widget into the page, and offers `window.Bellhop`.
import type { Language } from "../src/words.ts";
import { mount } from "./mount.tsx";
import { optionsOf } from "./options.ts";
import { Widget } from "./widget.ts";
import type { Events } from "./widget.ts";

const script = document.currentScript as HTMLScriptElement | null;
const widget = new Widget(optionsOf(script?.dataset ?? {}, script?.src ? new URL(script.src).origin : location.origin));

const Bellhop = {
  open: () => widget.open(),
  close: () => widget.close(),
  identify: (who: { token: string | null }) => widget.identify(who),
  /** For pages that change their language without a reload. */
  language: (next: Language) => widget.turn(next),
  on: <One extends keyof Events>(name: One, told: (detail: Events[One]) => void) => widget.on(name, told),
};

declare global {
  interface Window {
    Bellhop?: typeof Bellhop;
  }
}

// A script that stands twice in a page is one widget.
if (!window.Bellhop) {
  window.Bellhop = Bellhop;
  if (document.body) mount(widget);
  else addEventListener("DOMContentLoaded", () => mount(widget));
}
