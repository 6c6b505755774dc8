import type { Chart, ChartType } from "./chart.ts";
import { parseSeries } from "./parse-series.ts";
import { isRecord, parseList, parseText } from "./parse-values.ts";

const TYPES: readonly ChartType[] = ["line", "scatter", "bar", "pie", "histogram", "box", "other"];
const MOST_SERIES = 200;
const MOST_AXES = 1000;
const IMAGE = /^chart-[1-9]\d?\.png$/;
const SVG = /^chart-[1-9]\d?\.svg$/;

/** @returns null when it is no chart, or its image has a name that the sandbox does not give */
export function parseChart(value: unknown): Chart | null {
  if (!isRecord(value)) return null;
  const { type, image, svg, axes, thinned } = value;
  const known = TYPES.find((name) => name === type);
  if (known === undefined || typeof image !== "string" || !IMAGE.test(image)) return null;
  const series = parseList(value["series"], MOST_SERIES, parseSeries);
  return {
    type: known,
    title: parseText(value["title"]),
    x_label: parseText(value["x_label"]),
    y_label: parseText(value["y_label"]),
    x_scale: parseText(value["x_scale"]),
    y_scale: parseText(value["y_scale"]),
    series: series ?? [],
    image,
    svg: typeof svg === "string" && SVG.test(svg) ? svg : null,
    axes: typeof axes === "number" && Number.isInteger(axes) && axes >= 0 && axes < MOST_AXES ? axes : 0,
    thinned: thinned === true || series === null,
  };
}
