// For React pages: <Bellhop server="https://help.example.com" />. The page's own React draws it; nothing else is brought along.
import { useEffect } from "react";
import { mount } from "./mount.tsx";
import { withDefaults } from "./options.ts";
import type { Options } from "./options.ts";
import { Widget } from "./widget.ts";

export type { Events } from "./widget.ts";
export type { Options, Widget };

export interface BellhopProps extends Partial<Options> {
  server: string;
  /** Called once with the widget: open(), close(), on(event, …). */
  ready?(widget: Widget): void;
}

/** Draws nothing where it stands: the launcher is in a corner of the page. Props count when it is first drawn. */
export function Bellhop({ ready, ...given }: BellhopProps) {
  useEffect(() => {
    const widget = new Widget(withDefaults(given, given.server));
    const unmount = mount(widget);
    ready?.(widget);
    return unmount;
  }, []);
  return null;
}
