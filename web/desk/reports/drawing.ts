// ECharts, as little of it as we draw with: loaded with the first chart, on canvas, because its SVG sets styles that our
// Content-Security-Policy forbids.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import type { EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { EChartsOption, SeriesOption } from "echarts/types/dist/shared";
import type { Chart, Line } from "./chart.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

const SMALL = 12;

/** Draws `chart` into `element`, in the colours that its CSS has now. */
export function draw(element: HTMLElement, chart: Chart, before?: EChartsType): EChartsType {
  const drawn = before ?? init(element);
  drawn.setOption(option(element, chart), { notMerge: true });
  return drawn;
}

function option(element: HTMLElement, chart: Chart): EChartsOption {
  const css = getComputedStyle(element);
  const colour = (name: string): string => css.getPropertyValue(`--${name}`).trim();
  const words = { color: colour("ink-soft"), fontSize: SMALL, fontFamily: css.fontFamily };
  const line = { lineStyle: { color: colour("line") } };
  const name = { nameTextStyle: { ...words, align: "left" as const, padding: [0, 0, 0, 0] } };
  const values = {
    type: "value" as const, name: chart.axis, ...name, nameGap: 12, min: chart.from ?? 0, ...(chart.top ? { max: chart.top, interval: (chart.top - (chart.from ?? 0)) / 4 } : { splitNumber: 4 }),
    minInterval: chart.whole ? 1 : 0, axisLabel: words, splitLine: line,
  };
  const labels = {
    type: "category" as const, data: chart.labels.map((each) => each.short), axisLabel: { ...words, hideOverlap: true },
    axisTick: { show: false }, axisLine: line, ...(chart.across ? { inverse: true } : { name: chart.below, nameLocation: "middle" as const, nameGap: 28, nameTextStyle: words }),
  };
  const [down, along] = chart.across ? [labels, { ...values, nameLocation: "middle" as const, nameGap: 28, nameTextStyle: words }] : [values, labels];
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 160,
    textStyle: { fontFamily: css.fontFamily },
    grid: { left: 4, right: 12, top: chart.across ? 8 : 36, bottom: 28, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: chart.lines.length > 1 ? { top: 0, right: 0, itemWidth: 12, itemHeight: 8, textStyle: words, icon: "roundRect" } : { show: false },
    tooltip: {
      trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: colour("ink"), opacity: 0.05 } }, padding: [8, 12],
      backgroundColor: colour("paper"), borderColor: colour("line"), transitionDuration: 0,
      formatter: (of: unknown) => tip(chart, (of as { dataIndex: number }[])[0]?.dataIndex ?? 0, colour),
    },
    xAxis: along,
    yAxis: down,
    series: chart.lines.map((each) => series(each, colour(`chart-${each.colour}`), chart)),
  };
}

function series(of: Line, color: string, chart: Chart): SeriesOption {
  const plain = { name: of.name, data: of.values, itemStyle: { color }, emphasis: { focus: "none" as const } };
  if (!of.line) return { ...plain, type: "bar", barMaxWidth: chart.across ? 16 : 20, itemStyle: { color, borderRadius: chart.across ? [0, 3, 3, 0] : [3, 3, 0, 0] } };
  const dashed = of.dashed ? { type: "dashed" as const } : {};
  return { ...plain, type: "line", lineStyle: { width: 2, ...dashed }, symbol: "circle", symbolSize: 6, showSymbol: chart.labels.length < 40, connectNulls: false };
}

/** As elements: in text of HTML a style would be refused. */
function tip(chart: Chart, at: number, colour: (name: string) => string): HTMLElement {
  const made = document.createElement("div");
  made.className = "chart-tip";
  made.append(Object.assign(document.createElement("b"), { textContent: chart.labels[at]?.full ?? "" }));
  for (const each of chart.lines) {
    const dot = document.createElement("i");
    dot.style.background = colour(`chart-${each.colour}`);
    const named = document.createElement("span");
    named.append(dot, each.name);
    made.append(named, Object.assign(document.createElement("span"), { textContent: each.said(each.values[at] ?? null) }));
  }
  return made;
}
