// The curves of a report as charts.
import type { ModelReport } from "../../src/generated/rest.ts";
import type { Chart, Line } from "../reports/chart.ts";
import { plain } from "../reports/charts.ts";
import type { Say } from "../reports/charts.ts";

const POINTS = 40;

function hundred(share: number): number {
  return Math.round(share * 1000) / 10;
}

function label(share: number): { short: string; full: string } {
  const said = plain(hundred(share));
  return { short: said, full: `${said}%` };
}

function line(name: string, colour: Line["colour"], values: (number | null)[], more: Partial<Line> = {}): Line {
  return { name, colour, values, said: (value) => (value === null ? "–" : `${plain(value)}%`), line: true, ...more };
}

/** Of many points so few that a chart can show them, the last always. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const step = Math.max(1, Math.ceil(points.length / POINTS));
  return points.filter((_, at) => at % step === 0 || at === points.length - 1);
}

export function reliability(t: Say, { curves, live_curves: live }: ModelReport): Chart {
  const bins = curves.reliability;
  const right = (of: typeof bins): (number | null)[] => of.map((each) => (each.right + each.wrong > 0 ? hundred(each.right / (each.right + each.wrong)) : null));
  return {
    axis: t("report_right_share"), below: t("report_confidence"), top: 100, labels: bins.map((each) => ({ short: `${plain(hundred(each.low))}–${plain(hundred(each.high))}`, full: `${plain(hundred(each.low))}–${plain(hundred(each.high))}%` })),
    lines: [
      line(t("report_new"), "bot", right(bins), { line: false }),
      ...(live ? [line(t("report_live"), "people", right(live.reliability), { line: false })] : []),
      line(t("report_ideal"), "all", bins.map((each) => hundred((each.low + each.high) / 2)), { dashed: true }),
    ],
  };
}

export function cost(t: Say, { curves }: ModelReport): Chart {
  const points = thinned(curves.cost);
  return {
    axis: t("report_curve_cost_axis"), below: t("report_curve_cost_below"), labels: points.map((each) => label(each.limit)),
    lines: [line(t("report_wrong"), "slow", points.map((each) => hundred(each.wrong))), line(t("report_unanswered"), "people", points.map((each) => hundred(each.unanswered)))],
  };
}

/** What a message comes to, by the project's own costs. */
export function price(t: Say, { curves, live_curves: live }: ModelReport): Chart {
  const points = thinned(curves.cost);
  const priced = (name: string, colour: Line["colour"], of: typeof points): Line => ({ name, colour, values: of.map((each) => each.cost), said: (value) => plain(value ?? ""), line: true });
  const limits = new Set(points.map((each) => each.limit));
  const same = live?.cost.filter((each) => limits.has(each.limit)) ?? [];
  return {
    axis: t("report_cost"), below: t("report_curve_cost_below"), labels: points.map((each) => label(each.limit)),
    lines: [priced(t("report_new"), "bot", points), ...(same.length === points.length ? [priced(t("report_live"), "people", same)] : [])],
  };
}

export function outside(t: Say, { curves }: ModelReport): Chart {
  const points = thinned([...curves.outside].sort((a, b) => a.lost - b.lost));
  return {
    axis: t("report_outside_axis"), below: t("report_outside_below"), top: 100, labels: points.map((each) => label(each.lost)),
    lines: [line(t("report_caught"), "bot", points.map((each) => hundred(each.caught)))],
  };
}
