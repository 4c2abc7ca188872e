// Times as people say them. `now` always comes in from outside: a machine's clock may be days off, the server's is not.
import { language, t } from "./words.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let off = 0;

/** What is told here is compared with the server's times; a difference under a minute is the way that it took. */
export function setBy(server: number): void {
  const ahead = server - Date.now();
  off = Math.abs(ahead) < MINUTE ? 0 : ahead;
}

export function now(): number {
  return Date.now() + off;
}

function locale(): string {
  return language === "zh" ? "zh-CN" : "en-GB";
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** To make one takes longer than to draw a row, so each is made once. */
function said(at: number, options: Intl.DateTimeFormatOptions): string {
  const key = locale() + JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale(), options);
  formats.set(key, format);
  return format.format(at);
}

export function clock(at: number): string {
  return said(at, { hour: "2-digit", minute: "2-digit", hour12: false });
}

export function full(at: number): string {
  return said(at, { dateStyle: "long", timeStyle: "medium", hour12: false });
}

export function day(at: number, now: number): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  if (days === 0) return t("today");
  if (days === 1) return t("yesterday");
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: "numeric" as const };
  return said(at, { month: "long", day: "numeric", weekday: "short", ...year });
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
  return said(at, { month: "short", day: "numeric" });
}

/** How long somebody has been waiting: seconds count at first. */
export function waited(since: number, now: number): string {
  const past = Math.max(0, now - since);
  if (past < MINUTE) return t("seconds", { n: Math.floor(past / 1000) });
  if (past < HOUR) return t("minutes", { n: Math.floor(past / MINUTE) });
  return t("hours", { n: Math.floor(past / HOUR) });
}
