// Nobody is there: a message, and how to reach who leaves it. What is typed in it stays until it is sent, also when somebody comes meanwhile.
import { useId, useState } from "react";
import { forget, keepHere, recallHere } from "../../src/storage.ts";
import { absent, left } from "../../src/rows.ts";
import { t } from "../../src/words.ts";
import type { Widget } from "../widget.ts";

const KEY = "bellhop.leave";
const LEAST_DIGITS = 5;

interface Form {
  name: string;
  reach: string;
  text: string;
}

const EMPTY: Form = { name: "", reach: "", text: "" };

export function LeaveMessage({ widget }: { widget: Widget }) {
  const [form, setForm] = useState(kept);
  const [wrong, setWrong] = useState(false);
  const { state, limit } = widget.chat.view;
  const ids = { name: useId(), reach: useId(), text: useId(), wrong: useId() };
  const reach = left(state);
  if (reach && absent(state)) return <p className="left" role="status" data-testid="left">{t("leave_thanks", { reach })}</p>;
  const written = Object.values(form).some((each) => each.trim());
  if (!absent(state) && !written) return null;
  const change = (part: Partial<Form>) => {
    const next = { ...form, ...part };
    setForm(next);
    keepHere(KEY, JSON.stringify(next));
  };
  const send = (event: Event) => {
    event.preventDefault();
    if (!reaches(form.reach)) return setWrong(true);
    widget.chat.leave(form.text.trim(), form.reach.trim(), form.name.trim());
    clear();
  };
  const clear = () => {
    setWrong(false);
    setForm(EMPTY);
    forget(KEY);
    widget.focus();
  };
  return (
    <form className="leave" data-testid="leave" aria-label={t("leave_title")} noValidate onSubmit={send}>
      <strong>{t("leave_title")}</strong>
      <p>{t("leave_more")}</p>
      <label htmlFor={ids.text}>{t("leave_text")}</label>
      <textarea id={ids.text} rows={3} dir="auto" maxLength={limit} value={form.text} onChange={(event) => change({ text: event.currentTarget.value })} />
      <label htmlFor={ids.reach}>{t("leave_reach")}</label>
      <input
        id={ids.reach} dir="auto" autoComplete="email" maxLength={254} required aria-invalid={wrong} aria-describedby={wrong ? ids.wrong : undefined} value={form.reach}
        onChange={(event) => (change({ reach: event.currentTarget.value }), setWrong(false))}
      />
      {wrong && <span id={ids.wrong} className="trouble" role="alert">{t("error_bad_contact")}</span>}
      <label htmlFor={ids.name}>{t("leave_name")}</label>
      <input id={ids.name} dir="auto" autoComplete="name" maxLength={80} value={form.name} onChange={(event) => change({ name: event.currentTarget.value })} />
      <div className="acts">
        <button type="submit" className="primary" data-testid="leave-send">{t("leave_send")}</button>
        {!absent(state) && <button type="button" onClick={clear}>{t("leave_drop")}</button>}
      </div>
    </form>
  );
}

/** As far as a page can tell: the server looks closer. */
function reaches(reach: string): boolean {
  return /^[^@\s]+@[^@\s]+\.[^@\s]{2,}$/.test(reach.trim()) || (/^\+?[\d\s().\-/]+$/.test(reach.trim()) && reach.replace(/\D/g, "").length >= LEAST_DIGITS);
}

function kept(): Form {
  try {
    return { ...EMPTY, ...(JSON.parse(recallHere(KEY) ?? "{}") as Partial<Form>) };
  } catch {
    return EMPTY;
  }
}
