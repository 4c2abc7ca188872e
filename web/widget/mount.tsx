// Puts a widget into the page, in a shadow root of its own: the page's styles do not reach in, ours do not reach out.
import { createRoot } from "react-dom/client";
import { sheet } from "./style.ts";
import { App } from "./ui/App.tsx";
import type { Widget } from "./widget.ts";

export function mount(widget: Widget): () => void {
  const host = document.createElement("bellhop-chat");
  host.dataset["theme"] = widget.options.theme;
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet()];
  document.body.append(host);
  const colour = () => {
    const accent = widget.look?.accent ?? "";
    host.toggleAttribute("data-chosen", accent !== "");
    host.style.setProperty("--chosen", accent);
  };
  colour();
  widget.listen(colour);
  const root = createRoot(shadow as unknown as HTMLElement);
  root.render(<App widget={widget} />);
  widget.start();
  return () => {
    widget.end();
    host.remove();
    // React does not unmount one root while it draws another, which is the page's.
    setTimeout(() => root.unmount());
  };
}
