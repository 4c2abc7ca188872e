// Who answers now, and a line about the connection only when something is wrong.
import { useEffect, useRef, useState } from "react";
import type { Holding } from "../../src/conversation.ts";
import { REPLACED } from "../../src/link.ts";
import { t } from "../../src/words.ts";
import type { Widget } from "../widget.ts";
import { BELL, DOWN, Icon, MORE } from "./icons.tsx";

export function Header({ widget }: { widget: Widget }) {
  const { holding } = widget.chat.view.state;
  const [title, more] = described(holding, widget.title);
  const initial = (holding?.holder === "agent" && holding.name && [...holding.name][0]) || "";
  return (
    <header>
      <div className="top">
        <div className="face" data-holder={holding?.holder ?? "bot"} aria-hidden="true">{initial || <Icon d={BELL} />}</div>
        <div className="who" data-testid="holder" role="status">
          <strong><bdi>{title}</bdi></strong>
          {more && <span className="more">{more}</span>}
        </div>
        <Menu widget={widget} />
        <button type="button" className="bare" data-testid="close" aria-label={t("widget_close")} title={t("widget_close")} onClick={() => widget.close()}>
          <Icon d={DOWN} />
        </button>
      </div>
      <Connection widget={widget} />
    </header>
  );
}

/** A short loss says nothing: people would only be worried by a line that flashes. */
function Connection({ widget }: { widget: Widget }) {
  const { linked, long } = widget.chat.view;
  const hidden = linked.is === "open" || (linked.is !== "stopped" && !long);
  const replaced = linked.is === "stopped" && linked.code === REPLACED;
  return (
    <div className="connection" data-testid="connection" role="status" hidden={hidden}>
      {!hidden && linked.is !== "stopped" && <><i className="spin" />{t("lost")}</>}
      {linked.is === "stopped" && (
        <>
          {t(replaced ? "replaced" : "stopped")}
          <button type="button" onClick={() => widget.chat.connect()}>{t(replaced ? "use_here" : "connect")}</button>
        </>
      )}
    </div>
  );
}

function Menu({ widget }: { widget: Widget }) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    items(box.current)[0]?.focus();
    const away = (event: Event) => event.composedPath().includes(box.current as EventTarget) || setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const done = (act: () => void) => () => {
    setOpen(false);
    box.current?.querySelector("button")?.focus();
    act();
  };
  const key = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Escape") done(() => event.preventDefault())();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = items(box.current);
    const root = box.current?.getRootNode() as ShadowRoot;
    all[(all.indexOf(root.activeElement as HTMLElement) + step + all.length) % all.length]?.focus();
  };
  const { state } = widget.chat.view;
  return (
    <div className="menu" ref={box} onKeyDown={key}>
      <button
        type="button" className="bare" data-testid="menu" aria-haspopup="menu" aria-expanded={open} aria-label={t("widget_menu")} title={t("widget_menu")}
        onClick={() => setOpen(!open)}
      >
        <Icon d={MORE} />
      </button>
      {open && (
        <div className="items" role="menu" aria-label={t("widget_menu")}>
          <button type="button" role="menuitem" data-testid="lang" lang={t("widget_language") === "English" ? "en" : "zh-CN"} onClick={done(() => widget.turn())}>{t("widget_language")}</button>
          {state.top > 0 && <button type="button" role="menuitem" data-testid="download" onClick={done(() => void widget.download())}>{t("widget_download")}</button>}
          {state.top > 0 && state.holding?.holder !== "nobody" && (
            <button type="button" role="menuitem" data-testid="end" onClick={done(() => widget.chat.close())}>{t("widget_end")}</button>
          )}
        </div>
      )}
    </div>
  );
}

function items(box: HTMLElement | null): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

function described(holding: Holding | null, title: string): [string, string] {
  switch (holding?.holder) {
    case "queue":
      return [t("header_queue"), waits(holding)];
    case "agent":
      return [holding.name ? t("agent_named", { name: holding.name }) : t("agent"), t("header_agent_more")];
    case "nobody":
      return [t("header_closed"), ""];
    default:
      return [title || t("header_bot"), t("header_bot_more")];
  }
}

function waits({ position, wait_seconds, wait_range }: Holding): string {
  if (position === undefined) return "";
  if (wait_seconds === undefined) return t("widget_no_agents");
  const [a, b] = (wait_range ?? [wait_seconds, wait_seconds]).map((each) => Math.max(1, Math.ceil(each / 60)));
  const about = wait_seconds < 60 ? t("about_seconds") : a !== b ? t("widget_about_range", { a: a ?? 1, b: b ?? 1 }) : t("about_minutes", { n: Math.ceil(wait_seconds / 60) });
  return `${t("place", { n: position })} · ${about}`;
}
