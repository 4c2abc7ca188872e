// A small choice of emoji, by group. One of them can be reached by Tab, the others by the arrows.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { t } from "../../src/words.ts";
import type { Word } from "../../src/words.ts";
import { Icon, SMILE } from "./icons.tsx";

const COLUMNS = 8;
const GROUPS: readonly [Word, readonly string[]][] = [
  ["emoji_faces", split("😀 😄 😁 😂 🙂 😉 😊 😍 😘 😎 🤔 😅 😬 😮 😐 🙄 😴 😷 😕 😟 😢 😭 😠 😡")],
  ["emoji_hands", split("👍 👎 👌 ✌️ 🙏 👏 🙌 💪 👋 🤝 👉 🤞 ❤️ 💔 💯 🌹")],
  ["emoji_things", split("📦 🚚 🛒 🛍️ 💰 💳 🧾 🎁 👕 👟 📱 💻 🔧 📷 📅 ⏰ ✅ ❌ ❓ ❗ ⭐ 🎉 🔥 ☀️")],
];
const ALL = GROUPS.flatMap(([, each]) => each);

export function Emoji({ add }: { add(emoji: string): void }) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  // At once: later, it would take the focus back from who has closed the choice by then.
  useLayoutEffect(() => {
    if (open) box.current?.querySelector<HTMLElement>(`[data-at="${at}"]`)?.focus();
  }, [open, at]);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event) => event.composedPath().includes(box.current as EventTarget) || setOpen(false);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [open]);
  const key = (event: KeyboardEvent) => {
    if (!open) return;
    const next = event.key === "Home" ? 0 : event.key === "End" ? ALL.length - 1 : at + (STEPS[event.key] ?? 0) * (rightToLeft(box.current) && SIDEWAYS.has(event.key) ? -1 : 1);
    if (event.key === "Escape") {
      setOpen(false);
      box.current?.querySelector("button")?.focus();
    } else if (next !== at || STEPS[event.key]) setAt(Math.min(ALL.length - 1, Math.max(0, next)));
    else return;
    event.preventDefault();
  };
  let index = -1;
  return (
    <div className="emoji" ref={box} onKeyDown={key}>
      <button type="button" className="bare" data-testid="emoji" aria-haspopup="dialog" aria-expanded={open} aria-label={t("widget_emoji")} title={t("widget_emoji")} onClick={() => setOpen(!open)}>
        <Icon d={SMILE} />
      </button>
      {open && (
        <div className="items" role="dialog" aria-label={t("widget_emoji_choose")}>
          {GROUPS.map(([name, group]) => (
            <div key={name} role="group" aria-label={t(name)}>
              <p aria-hidden="true">{t(name)}</p>
              <div className="grid">
                {group.map((each) => {
                  const mine = ++index;
                  return <button key={each} type="button" data-at={mine} tabIndex={mine === at ? 0 : -1} onClick={() => (setOpen(false), setAt(mine), add(each))}>{each}</button>;
                })}
              </div>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

const STEPS: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };
const SIDEWAYS = new Set(["ArrowRight", "ArrowLeft"]);

function rightToLeft(element: HTMLElement | null): boolean {
  return element !== null && getComputedStyle(element).direction === "rtl";
}

function split(all: string): readonly string[] {
  return all.split(" ");
}
