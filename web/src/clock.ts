// Times as people say them. `now` always comes in from outside.
import { language, t } from "./words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function locale(): string {
  return language === "zh" ? "zh-CN" : "en-GB";
}

export function clock(at: number): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}

export function full(at: number): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "medium", hour12: false }).format(at);
}

export function day(at: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" as const };
  return new Intl.DateTimeFormat(locale(), { month: "long", day: "numeric", weekday: "short", ...year }).format(at);
}

export function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

/** Under an hour relative, then the clock, then the date. */
export function ago(at: number, now: number): string {
  const past = Math.max(0, now - at);
  if (past < MINUTE) return t("now");
  if (past < HOUR) return t("minutes", { n: Math.floor(past / MINUTE) });
  if (midnight(at) === midnight(now)) return clock(at);
  return new Intl.DateTimeFormat(locale(), { month: "short", day: "numeric" }).format(at);
}

/** How long somebody has been waiting: seconds count at first. */
export function waited(since: number, now: number): string {
  const past = Math.max(0, now - since);
  if (past < MINUTE) return t("seconds", { n: Math.floor(past / 1000) });
  if (past < HOUR) return t("minutes", { n: Math.floor(past / MINUTE) });
  return t("hours", { n: Math.floor(past / HOUR) });
}
