import type { Execution } from "#shared/contract/execute/execution.ts";

type ChartField = NonNullable<Execution["charts"]>[number];
type SeriesField = ChartField["series"][number];

/** A series with fewer points tells nothing: it goes as a whole. */
const FEWEST_POINTS = 8;

/**
 * Makes the data of charts fit: the largest chart loses every other of its points, again and again, and says that it is thinned.
 * @param characters what all series together may take as JSON
 */
export function fitCharts(charts: readonly ChartField[], characters: number): ChartField[] {
  const fitting = [...charts];
  const sizes = fitting.map(measure);
  while (sizes.reduce((sum, size) => sum + size, 0) > characters) {
    const largest = sizes.indexOf(Math.max(...sizes));
    const chart = fitting[largest];
    if (chart === undefined) break;
    const thinner = { ...chart, series: thin(chart.series), thinned: true };
    fitting[largest] = thinner;
    sizes[largest] = measure(thinner);
  }
  return fitting;
}

function measure({ series }: ChartField): number {
  return series.length === 0 ? 0 : JSON.stringify(series).length;
}

/** Every other point of each series, the last one always among them. Bars and slices say nothing without the others: they go as a whole. */
function thin(series: readonly SeriesField[]): SeriesField[] {
  const isRich = series.some((one) => isLong(one["points"]) || isLong(one["outliers"]));
  if (!isRich) return [];
  return series.map((one) => ({ ...one, ...halve(one, "points"), ...halve(one, "outliers") }));
}

function halve(series: SeriesField, name: "points" | "outliers"): Readonly<Record<string, unknown>> {
  const values = series[name];
  if (!isLong(values)) return {};
  return { [name]: values.filter((_, index) => (values.length - 1 - index) % 2 === 0) };
}

function isLong(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > FEWEST_POINTS;
}
