import { describe, expect, it } from "@jest/globals";
import { fitCharts } from "#functions/execute/executions/fit-charts.ts";

const toChart = (series: readonly Record<string, unknown>[]) => ({
  type: "line",
  title: null,
  x_label: null,
  y_label: null,
  series: [...series],
  image_url: "https://example.org/a.png",
});
const points = (count: number) => Array.from({ length: count }, (_, index) => [index, index * 0.123456789]);

describe("fitCharts", () => {
  it("leaves alone what fits", () => {
    const chart = toChart([{ type: "line", points: points(10) }]);
    expect(fitCharts([chart], 10_000)).toEqual([chart]);
  });

  it("thins the largest chart evenly, keeps its last point and says so", () => {
    const small = toChart([{ type: "line", points: points(20) }]);
    const large = toChart([{ type: "line", label: "a", points: points(1000) }]);
    const [first, second] = fitCharts([small, large], 8_000);
    expect(first).toEqual(small);
    const thinned = second?.series[0]?.["points"];
    expect(second).toMatchObject({ thinned: true, series: [{ label: "a" }] });
    expect(Array.isArray(thinned) && thinned.length > 50 && thinned.length < 1000).toBe(true);
    expect(Array.isArray(thinned) ? thinned.at(-1) : null).toEqual(points(1000).at(-1));
    expect(JSON.stringify([first?.series, second?.series]).length).toBeLessThan(8_100);
  });

  it("leaves out bars as a whole, as some of them would mislead", () => {
    const bars = Array.from({ length: 500 }, (_, index) => ({ category: `c${index}`, value: index }));
    expect(fitCharts([toChart([{ type: "bar", bars }])], 1000)).toMatchObject([
      { thinned: true, series: [] },
    ]);
  });

  it("ends when nothing can be made smaller", () => {
    const chart = toChart([{ type: "line", label: "x".repeat(500), points: points(3) }]);
    expect(fitCharts([chart, chart], 10)).toMatchObject([{ series: [] }, { series: [] }]);
  });
});
