// The chart of each report, in the language that is spoken.
import { column, filled, inUnit, labels, unitFor } from "../../src/figures.ts";
import type { Cell, Figures, TimeUnit } from "../../src/figures.ts";
import { tag } from "../../src/words.ts";
import type { useWords, Word } from "../i18n.ts";
import type { Asked, Reports } from "./asked.ts";
import type { Chart, Line } from "./chart.ts";

export type Say = ReturnType<typeof useWords>["t"];

const REASONS = new Set(["asked", "not_understood", "bot_failed", "action", "joined", "agent_vanished", "no_reply"]);

export function percent(share: Cell): string {
  return typeof share === "number" ? new Intl.NumberFormat(tag(), { style: "percent", maximumFractionDigits: 1 }).format(share) : "–";
}

export function stars(mean: number | null): string {
  return mean === null ? "–" : new Intl.NumberFormat(tag(), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(mean);
}

export function plain(value: Cell): string {
  return typeof value === "number" ? new Intl.NumberFormat(tag(), { maximumFractionDigits: 2 }).format(value) : "–";
}

/** Seconds, in the unit that fits this one value. */
export function duration(t: Say, seconds: Cell): string {
  const unit = unitFor([seconds]);
  return inTime(t, unit)(inUnit(seconds, unit));
}

function inTime(t: Say, unit: TimeUnit): (value: number | null) => string {
  return (value) => (value === null ? "–" : t("time_of", { n: plain(value), unit: t(unit.word) }));
}

function days(t: Say, all: readonly string[], by: Asked["by"]): Pick<Chart, "labels" | "below"> {
  const said = (how: Intl.DateTimeFormatOptions, day: string): string => new Intl.DateTimeFormat(tag() === "en" ? "en-GB" : tag(), { ...how, timeZone: "UTC" }).format(Date.parse(day));
  const label = (day: string) => ({ short: said({ month: tag() === "en" ? "short" : "numeric", day: "numeric" }, day), full: said({ month: "long", day: "numeric", weekday: "short" }, day) });
  if (by === "hour") return { labels: all.map((hour) => ({ short: hour, full: hour })), below: t("col_hour") };
  return { labels: all.map(label), below: t("col_day") };
}

/** `none` stands where nothing was counted. */
function along(t: Say, of: Reports[keyof Reports], by: Asked["by"], none: Cell): { figures: Figures; base: Pick<Chart, "labels" | "below"> } {
  const all = labels(by, of.first, of.last);
  return { figures: filled(of, all, none), base: days(t, all, by) };
}

function numbers(cells: Cell[]): (number | null)[] {
  return cells.map((each) => (typeof each === "number" ? each : null));
}

export function volume(t: Say, of: Reports, by: Asked["by"]): Chart {
  const { figures, base } = along(t, of.volume, by, 0);
  const line = (name: Word, from: string, colour: Line["colour"]): Line => ({ name: t(name), colour, values: numbers(column(figures, from)), said: plain });
  return { ...base, axis: t("axis_conversations"), whole: true, lines: [line("col_conversations", "conversations", "all"), line("col_handoffs", "handoffs", "people")] };
}

export function containment(t: Say, of: Reports, by: Asked["by"]): Chart {
  const { figures, base } = along(t, of.containment, by, null);
  const shares = numbers(column(figures, "share")).map((each) => (each === null ? null : Math.round(each * 1000) / 10));
  return { ...base, axis: t("axis_share"), top: 100, lines: [{ name: t("col_contained"), colour: "bot", values: shares, line: true, said: (value) => percent(value === null ? null : value / 100) }] };
}

export function reasons(t: Say, of: Reports): Chart {
  const named = column(of.reasons, "reason").map((each) => why(t, String(each ?? "")));
  return {
    axis: t("axis_handoffs"), below: t("col_reason"), across: true, whole: true,
    labels: named.map((each) => ({ short: each, full: each })),
    lines: [{ name: t("col_handoffs"), colour: "people", values: numbers(column(of.reasons, "handoffs")), said: plain }],
  };
}

function why(t: Say, reason: string): string {
  return t(REASONS.has(reason) ? (`why_${reason}` as Word) : "why_other");
}

export function times(t: Say, of: Reports["response"], by: Asked["by"]): Chart {
  const { figures, base } = along(t, of, by, null);
  const unit = unitFor([...column(figures, "median_seconds"), ...column(figures, "p90_seconds")]);
  const line = (name: Word, from: string, colour: Line["colour"], dashed = false): Line => ({
    name: t(name), colour, dashed, line: true, values: column(figures, from).map((each) => inUnit(each, unit)), said: inTime(t, unit),
  });
  return { ...base, axis: t("axis_time", { unit: t(unit.word) }), lines: [line("col_median", "median_seconds", "people"), line("col_p90", "p90_seconds", "slow", true)] };
}

/** The share of what was promised that was kept; nothing where nothing was promised. */
export function sla(t: Say, of: Reports["sla"], by: Asked["by"]): Chart {
  const { figures, base } = along(t, of, by, null);
  const line = (name: Word, from: string, colour: Line["colour"], dashed = false): Line => {
    const [met, missed] = [numbers(column(figures, `${from}_met`)), numbers(column(figures, `${from}_missed`))];
    const values = met.map((each, at) => {
      const all = (each ?? 0) + (missed[at] ?? 0);
      return all === 0 ? null : Math.round((1000 * (each ?? 0)) / all) / 10;
    });
    return { name: t(name), colour, dashed, line: true, values, said: (value) => percent(value === null ? null : value / 100) };
  };
  return { ...base, axis: t("axis_share"), top: 100, lines: [line("sla_kept_first", "first_response", "people"), line("sla_kept_resolution", "resolution", "slow", true)] };
}

export function csat(t: Say, of: Reports, by: Asked["by"]): Chart {
  const { figures, base } = along(t, of.csat, by, null);
  return { ...base, axis: t("axis_stars"), from: 1, top: 5, lines: [{ name: t("col_mean"), colour: "stars", values: numbers(column(figures, "mean")), line: true, said: plain }] };
}

export function suggestions(t: Say, of: Reports, by: Asked["by"]): Chart {
  const { figures, base } = along(t, of.suggestions, by, 0);
  return { ...base, axis: t("axis_suggestions"), whole: true, lines: suggested(t, (name) => numbers(column(figures, name))) };
}

/** By agent and kind. */
export function helped(t: Say, of: Reports): Chart {
  const named = of.helped.rows.map(([, name, kind]) => `${String(name || t("agent_gone"))} · ${t(kind === "canned" ? "suggested_canned" : "suggested_answer")}`);
  return {
    axis: t("axis_suggestions"), below: t("col_agent"), across: true, whole: true,
    labels: named.map((each) => ({ short: each, full: each })), lines: suggested(t, (name) => numbers(column(of.helped, name))),
  };
}

function suggested(t: Say, values: (name: string) => (number | null)[]): Line[] {
  const line = (name: Word, from: string, colour: Line["colour"]): Line => ({ name: t(name), colour, values: values(from), said: plain });
  return [line("col_suggested", "shown", "all"), line("col_unchanged", "unchanged", "people"), line("col_edited", "edited", "slow")];
}
