// What a chart shows, without saying how it is drawn; the same is shown as a table.

/** Colours stand for things, the same in all charts (style/charts.css). */
export type Colour = "all" | "bot" | "people" | "slow" | "stars";

export interface Line {
  name: string;
  colour: Colour;
  values: (number | null)[];
  /** A value as people read it, with its unit. */
  said: (value: number | null) => string;
  line?: boolean;
  dashed?: boolean;
}

export interface Chart {
  /** What the value axis counts, with its unit; `below` names the other. */
  axis: string;
  below: string;
  labels: { short: string; full: string }[];
  lines: Line[];
  from?: number;
  top?: number;
  /** Bars from left to right, the labels one below the other. */
  across?: boolean;
  /** Only whole numbers are on the axis. */
  whole?: boolean;
}

/** Nothing to be seen in it: not even a zero is worth an axis. */
export function isEmpty(chart: Chart): boolean {
  return chart.lines.every((line) => line.values.every((value) => value === null || value === 0));
}
