// The open chat: header, transcript, and at its foot the composer or what comes after the end.
import { useEffect, useRef, useState } from "react";
import { midnight } from "../../src/clock.ts";
import { buttons, rows } from "../../src/rows.ts";
import { t } from "../../src/words.ts";
import type { Word } from "../../src/words.ts";
import type { Widget } from "../widget.ts";
import { Composer } from "./Composer.tsx";
import { Header } from "./Header.tsx";
import { BELL, Icon } from "./icons.tsx";
import { LeaveMessage } from "./LeaveMessage.tsx";
import { Rating } from "./Rating.tsx";
import { Transcript } from "./Transcript.tsx";

const SUGGESTIONS: readonly Word[] = ["ask_order", "ask_refund", "ask_person"];

export function Panel({ widget }: { widget: Widget }) {
  const panel = useRef<HTMLElement>(null);
  const { chat } = widget;
  const { state } = chat.view;
  const closed = state.holding?.holder === "nobody";
  const all = rows(state, { kind: "customer" }, midnight);
  const [over, setOver] = useState(false);
  useEffect(() => fitted(panel.current), []);
  const dragged = (event: DragEvent) => {
    if (closed || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") widget.uploads.add(event.dataTransfer.files);
  };
  const escape = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
    event.stopPropagation();
    widget.close();
  };
  return (
    <section
      ref={panel} className="panel" role="dialog" aria-label={widget.title || t("title")} data-testid="panel" onKeyDown={escape}
      onDragOver={dragged} onDragLeave={dragged} onDrop={dragged}
    >
      <Header widget={widget} />
      <Transcript
        rows={all} top={state.top} typing={state.typing !== null} pictures={widget.pictures} again={(id) => chat.again(id)} say={(title, payload) => chat.say(title, payload)} own={(url) => widget.own(url)}
        older={state.since > 0 ? () => void chat.older() : null}
        tail={all.length === 0 ? <Greeting widget={widget} /> : <><Chips widget={widget} />{!closed && <LeaveMessage widget={widget} />}</>}
      />
      {over && <div className="over" aria-hidden="true">{t("file_drop")}</div>}
      {closed ? <Ending widget={widget} /> : <Composer widget={widget} />}
    </section>
  );
}

/** The keyboard of a phone covers what is not told to make room. */
function fitted(panel: HTMLElement | null): (() => void) | undefined {
  const view = window.visualViewport;
  if (!panel || !view) return undefined;
  const fit = () => panel.style.setProperty("--seen", `${view.height}px`);
  fit();
  view.addEventListener("resize", fit);
  return () => view.removeEventListener("resize", fit);
}

function Greeting({ widget }: { widget: Widget }) {
  const { greeting, suggestions } = widget;
  const asks = suggestions.length > 0 ? suggestions : SUGGESTIONS.map((each) => t(each));
  return (
    <div className="greeting">
      <div className="bell"><Icon d={BELL} /></div>
      <h2>{greeting || t("greeting")}</h2>
      <p>{t("greeting_more")}</p>
      <div className="chips" role="group" aria-label={t("suggestions")}>
        {asks.map((each) => <button key={each} type="button" className="chip" dir="auto" onClick={() => widget.chat.say(each)}>{each}</button>)}
      </div>
    </div>
  );
}

function Chips({ widget }: { widget: Widget }) {
  const found = buttons(widget.chat.view.state);
  if (found.length === 0) return null;
  return (
    <div className="chips" role="group" aria-label={t("suggestions")}>
      {found.map(({ title, payload }) => (
        <button key={payload + title} type="button" className="chip" dir="auto" onClick={() => (widget.chat.say(title, payload), widget.focus())}>{title}</button>
      ))}
    </div>
  );
}

function Ending({ widget }: { widget: Widget }) {
  const restart = () => void widget.chat.restart().then(() => widget.focus());
  return (
    <div className="ending">
      <Rating widget={widget} />
      {widget.chat.view.trouble && <p className="trouble" role="alert">{t("error_conversation")}</p>}
      <button type="button" data-testid="new-conversation" onClick={restart}>{t("new_conversation")}</button>
    </div>
  );
}
