// The launcher and the panel; one of them is always there.
import { useEffect, useRef, useState } from "react";
import { coalesced } from "../../src/dom.ts";
import { tag, t } from "../../src/words.ts";
import type { Widget } from "../widget.ts";
import { BELL, Icon } from "./icons.tsx";
import { Panel } from "./Panel.tsx";

export function App({ widget }: { widget: Widget }) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const draw = () => redraw((count) => count + 1);
    // What changed between the first drawing and this was told to nobody.
    draw();
    return widget.listen(coalesced(draw));
  }, [widget]);
  const launcher = useRef<HTMLButtonElement>(null);
  const was = useRef(widget.isOpen);
  useEffect(() => {
    if (was.current && !widget.isOpen) launcher.current?.focus();
    was.current = widget.isOpen;
  }, [widget.isOpen]);
  const { unread } = widget.chat.view;
  return (
    <div className="bellhop" lang={tag()} dir={widget.dir} data-side={widget.side}>
      {widget.isOpen ? (
        <Panel widget={widget} />
      ) : (
        <button
          ref={launcher} type="button" className="launcher" data-testid="launcher" aria-expanded="false"
          aria-label={unread > 0 ? t("widget_open_unread", { n: unread }) : t("widget_open")} onClick={() => widget.open()}
        >
          <Icon d={BELL} />
          {unread > 0 && <span className="badge" data-testid="unread" aria-hidden="true">{unread > 99 ? "99+" : unread}</span>}
        </button>
      )}
      <div className="unseen" role="status" aria-live="polite">{widget.announced}</div>
    </div>
  );
}
