// Where one writes: grows to five lines, Enter sends, Shift+Enter breaks the line, and Enter of an input method never sends.
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { t } from "../../src/words.ts";
import type { Widget } from "../widget.ts";
import { KINDS, MOST } from "../../src/uploads.ts";
import { Waiting } from "./Attachments.tsx";
import { Emoji } from "./Emoji.tsx";
import { CLIP, Icon, UP } from "./icons.tsx";

const TYPING_EVERY_MS = 3000;
const TYPING_ENDS_MS = 5000;
/** Safari ends a composition before it reports its Enter. */
const COMPOSED_MS = 50;

export function Composer({ widget }: { widget: Widget }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const composed = useRef(0);
  const typing = useTyping((on) => widget.chat.typing(on));
  const [text, setText] = useState(() => widget.draft.text);
  const over = [...text.trim()].length - widget.chat.view.limit;
  const near = over > -widget.chat.view.limit / 10;
  const write = (next: string) => {
    widget.draft.text = next;
    setText(next);
  };
  useLayoutEffect(() => fit(field.current), [text]);
  useEffect(() => field.current?.setAttribute("enterkeyhint", "send"), []);
  useEffect(() => {
    widget.draft.gone = () => setText("");
    return () => void (widget.draft.gone = null);
  }, [widget]);
  useEffect(() => widget.onFocus(() => field.current?.focus()), [widget]);
  const { uploads } = widget;
  const sendable = over <= 0 && (uploads.all.length > 0 ? uploads.ready : text.trim() !== "");
  const send = () => {
    if (!sendable) return;
    widget.chat.say(text.trim(), undefined, uploads.take());
    write("");
    typing(false);
    field.current?.focus();
  };
  const key = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (performance.now() - composed.current < COMPOSED_MS) return;
    event.preventDefault();
    send();
  };
  const paste = (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    uploads.add(files);
  };
  const add = (emoji: string) => {
    const [start, end] = [field.current?.selectionStart ?? text.length, field.current?.selectionEnd ?? text.length];
    write(text.slice(0, start) + emoji + text.slice(end));
    field.current?.focus();
    // Behind it, once it is drawn.
    requestAnimationFrame(() => field.current?.setSelectionRange(start + emoji.length, start + emoji.length));
  };
  return (
    <form className="composer" onSubmit={(event) => (event.preventDefault(), send())}>
      <Waiting uploads={uploads} />
      <Attach add={(files) => uploads.add(files)} full={uploads.all.length >= MOST} />
      <textarea
        ref={field} rows={1} data-testid="say" autoComplete="off" dir="auto" value={text}
        placeholder={t("placeholder")} aria-label={t("placeholder")}
        onChange={(event) => (write(event.currentTarget.value), typing(event.currentTarget.value.trim() !== ""))}
        onKeyDown={key} onPaste={paste} onCompositionEnd={() => (composed.current = performance.now())} onBlur={() => typing(false)}
      />
      <Emoji add={add} />
      <button type="submit" className="send" data-testid="send" aria-label={t("send")} title={t("send")} disabled={!sendable}>
        <Icon d={UP} />
      </button>
      <div className={over > 0 ? "count trouble" : "count"} role="status">{!near ? "" : over > 0 ? t("count_over", { n: over }) : t("count_left", { n: -over })}</div>
    </form>
  );
}

function Attach({ add, full }: { add(files: Iterable<File>): void; full: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const chosen = () => {
    add([...(input.current?.files ?? [])]);
    // The same file may be chosen once more after it was taken away.
    if (input.current) input.current.value = "";
  };
  return (
    <>
      <button type="button" className="bare" data-testid="attach" disabled={full} aria-label={t("file_add")} title={t("file_add")} onClick={() => input.current?.click()}>
        <Icon d={CLIP} />
      </button>
      <input ref={input} type="file" data-testid="file" accept={KINDS.join(",")} multiple hidden onChange={chosen} />
    </>
  );
}

function fit(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** Says that somebody is writing every few seconds while they do, and once that they have stopped. */
function useTyping(tell: (on: boolean) => void): (on: boolean) => void {
  const told = useRef(0);
  const idle = useRef<ReturnType<typeof setTimeout> | null>(null);
  const stop = () => {
    clearTimeout(idle.current ?? undefined);
    if (told.current !== 0) tell(false);
    told.current = 0;
  };
  return (on) => {
    if (!on) return stop();
    if (Date.now() - told.current >= TYPING_EVERY_MS) {
      told.current = Date.now();
      tell(true);
    }
    clearTimeout(idle.current ?? undefined);
    idle.current = setTimeout(stop, TYPING_ENDS_MS);
  };
}
