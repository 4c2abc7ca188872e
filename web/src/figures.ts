// What reports (GET /api/reports/{name}) show: days and hours without conversations are in them too, and sums are made of rows. Pure.
import type { Reported } from "./generated/rest.ts";

export type Cell = string | number | null;
export type Figures = Pick<Reported, "columns" | "rows">;

const DAY_MS = 24 * 3_600_000;

/** `2026-11-27` in `zone`, `back` days before `now`. */
export function dayIn(zone: string, now: number, back = 0): string {
  return new Intl.DateTimeFormat("en-CA", { ...(zone ? { timeZone: zone } : {}), year: "numeric", month: "2-digit", day: "2-digit" }).format(now - back * DAY_MS);
}

/** All labels of an axis: each day from first to last, or the 24 hours of a day. */
export function labels(by: "day" | "hour", first: string, last: string): string[] {
  if (by === "hour") return Array.from({ length: 24 }, (_, n) => `${String(n).padStart(2, "0")}:00`);
  const days: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** A row for each label: where nothing was counted, `none` stands in each cell. */
export function filled({ columns, rows }: Figures, all: readonly string[], none: Cell): Figures {
  const known = new Map(rows.map((row) => [row[0], row]));
  return { columns, rows: all.map((label) => known.get(label) ?? columns.map((_, n) => (n === 0 ? label : none))) };
}

export function column({ columns, rows }: Figures, name: string): Cell[] {
  const at = columns.indexOf(name);
  return rows.map((row) => row[at] ?? null);
}

export function total(figures: Figures, name: string): number {
  return column(figures, name).reduce<number>((sum, each) => sum + (typeof each === "number" ? each : 0), 0);
}

/** From 0 to 1; null where there is nothing to share. */
export function share(figures: Figures, part: string, whole: string): number | null {
  const all = total(figures, whole);
  return all ? total(figures, part) / all : null;
}

const STARS = ["one", "two", "three", "four", "five"];

/** The mean of all ratings: days with many count for more than days with few. Null where nobody rated. */
export function meanStars(figures: Figures): number | null {
  const counts = STARS.map((name) => total(figures, name));
  const all = counts.reduce((sum, n) => sum + n, 0);
  return all ? counts.reduce((sum, n, at) => sum + n * (at + 1), 0) / all : null;
}

export interface TimeUnit {
  word: "unit_seconds" | "unit_minutes" | "unit_hours";
  seconds: number;
}

/** The unit in which the longest of these is a number that people can read. */
export function unitFor(seconds: readonly Cell[]): TimeUnit {
  const longest = Math.max(0, ...seconds.map((each) => (typeof each === "number" ? each : 0)));
  if (longest < 120) return { word: "unit_seconds", seconds: 1 };
  return longest < 7_200 ? { word: "unit_minutes", seconds: 60 } : { word: "unit_hours", seconds: 3_600 };
}

export function inUnit(cell: Cell, { seconds }: TimeUnit): number | null {
  return typeof cell === "number" ? Math.round((cell / seconds) * 10) / 10 : null;
}
