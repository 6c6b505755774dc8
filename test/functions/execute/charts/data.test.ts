import { expect, it, jest } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { createCapture, toSeries } from "./charts.fixture.ts";

jest.setTimeout(60_000);
const START = "import datetime\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\n";

describeWith(["sandbox", "python-packages"], "the data of a chart", () => {
  const run = createCapture();
  const capture = async (code: string) => {
    const captured = await run(START + code);
    expect(captured.result).toMatchObject({ status: "succeeded", stderr: "" });
    return captured;
  };

  it("are the points of its lines, with gaps, labels and a title", async () => {
    const { charts } = await capture(`
plt.plot([1, 2, 3], [0.1, float("nan"), 1e300], label="first")
plt.plot([5, 7], "o")
plt.axhline(3)
plt.title("A title"); plt.xlabel("Time"); plt.ylabel("Speed"); plt.legend()`);
    expect(charts).toEqual([
      {
        ...{ type: "line", title: "A title", x_label: "Time", y_label: "Speed", x_scale: "linear" },
        ...{ y_scale: "linear", image: "chart-1.png", svg: null, axes: 0, thinned: false },
        series: [
          {
            ...{ type: "line", label: "first" },
            points: [
              [1, 0.1],
              [2, null],
              [3, 1e300],
            ],
          },
          {
            ...{ type: "scatter", label: null },
            points: [
              [0, 5],
              [1, 7],
            ],
          },
        ],
      },
    ]);
  });

  it("are the points of a scatter plot", async () => {
    const captured = await capture("plt.scatter([1, 2], [3, 4], c=[5, 6], label='dots'); plt.colorbar()");
    expect(toSeries(captured)).toEqual([
      [
        {
          ...{ type: "scatter", label: "dots" },
          points: [
            [1, 3],
            [2, 4],
          ],
        },
      ],
    ]);
    expect(captured.charts[0]?.type).toBe("scatter");
  });

  it("are dates where an axis has dates", async () => {
    const captured = await capture(`
days = [datetime.date(2024, 1, 31), datetime.date(2024, 2, 1)]
plt.plot(days, [1, 2])
plt.figure(); plt.plot([datetime.datetime(2024, 1, 1, 12, 30), datetime.datetime(2024, 1, 2)], [1, 2])
plt.figure(); plt.bar(days, [3, 4])
pd.Series([1, 2], pd.date_range("2024-03-01", periods=2, freq="MS")).to_frame("v").plot()
pass`);
    const points = [
      [
        ["2024-01-31", 1],
        ["2024-02-01", 2],
      ],
      [
        ["2024-01-01T12:30:00", 1],
        ["2024-01-02T00:00:00", 2],
      ],
      [
        ["2024-03-01", 1],
        ["2024-04-01", 2],
      ],
    ];
    expect(toSeries(captured)).toEqual([
      [{ type: "line", label: null, points: points[0] }],
      [{ type: "line", label: null, points: points[1] }],
      [
        {
          ...{ type: "bar", label: null, orientation: "vertical" },
          bars: [
            { category: "2024-01-31", value: 3 },
            { category: "2024-02-01", value: 4 },
          ],
        },
      ],
      [{ type: "line", label: "v", points: points[2] }],
    ]);
  });

  it("are bars: upright, lying, side by side, on top of each other", async () => {
    const captured = await capture(`
plt.bar(["a", "b"], [1, 2], label="low")
plt.bar(["a", "b"], [3, 4], bottom=[1, 2], label="high")
plt.figure(); plt.barh(["x", "_y"], [0.5, -6])
_, axes = plt.subplots(); places = np.arange(2)
axes.bar(places - 0.2, [1, 2], 0.4, label="men"); axes.bar(places + 0.2, [3, 4], 0.4, label="women")
axes.set_xticks(places, ["G1", "G2"])
plt.figure(); plt.bar([10, 20.3], [1, 2], width=1.1)
pd.DataFrame({"v": [1, 2]}, index=["p", "q"]).plot.bar()
pass`);
    const toBars = (categories: (string | number)[], values: number[], bases: number[] = []) =>
      categories.map((category, index) => ({
        ...{ category, value: values[index] },
        ...(bases[index] === undefined ? {} : { base: bases[index] }),
      }));
    const bar = { type: "bar", label: null, orientation: "vertical" };
    expect(toSeries(captured)).toEqual([
      [
        { ...bar, label: "low", bars: toBars(["a", "b"], [1, 2]) },
        { ...bar, label: "high", bars: toBars(["a", "b"], [3, 4], [1, 2]) },
      ],
      [{ ...bar, orientation: "horizontal", bars: toBars(["x", "_y"], [0.5, -6]) }],
      [
        { ...bar, label: "men", bars: toBars(["G1", "G2"], [1, 2]) },
        { ...bar, label: "women", bars: toBars(["G1", "G2"], [3, 4]) },
      ],
      [{ ...bar, bars: toBars([10, 20.3], [1, 2]) }],
      [{ ...bar, label: "v", bars: toBars(["p", "q"], [1, 2]) }],
    ]);
  });

  it("are the slices of a pie, named by themselves or in its legend", async () => {
    const captured = await capture(`
plt.pie([1, 2, 5], labels=["p", "q", "r"], autopct="%d%%", explode=[0, 0.1, 0])
plt.figure(); slices, _ = plt.pie([1, 2]); plt.legend(slices, ["one", "two"])`);
    const toSlice = (label: string, fraction: number, angle: number) => ({ label, fraction, angle });
    expect(captured.charts.map(({ type }) => type)).toEqual(["pie", "pie"]);
    expect(toSeries(captured)).toMatchObject([
      [{ slices: [toSlice("p", 0.125, 45), toSlice("q", 0.25, 90), toSlice("r", 0.625, 225)] }],
      [{ slices: [toSlice("one", 0.333333, 120), toSlice("two", 0.666667, 240)] }],
    ]);
  });

  it("are the edges and counts of a histogram", async () => {
    const captured = await capture(`
plt.hist([1, 1, 2, 3, 3, 3, 9], bins=4, label="n")
plt.figure(); plt.hist([0.5, 1.5], bins=[0, 1, 2], orientation="horizontal")
plt.figure(); plt.stairs([4, 5], [0, 1, 3])`);
    const histogram = { type: "histogram", label: null, orientation: "vertical" };
    expect(toSeries(captured)).toEqual([
      [{ ...histogram, label: "n", edges: [1, 3, 5, 7, 9], counts: [3, 3, 0, 1] }],
      [{ ...histogram, orientation: "horizontal", edges: [0, 1, 2], counts: [1, 1] }],
      [{ ...histogram, edges: [0, 1, 3], counts: [4, 5] }],
    ]);
  });

  it.each([
    ["", "vertical"],
    [", vert=False", "horizontal"],
    [", patch_artist=True, showmeans=True, meanline=True", "vertical"],
    [", notch=True", "vertical"],
    [", notch=True, patch_artist=True, vert=False", "horizontal"],
    [", showcaps=False, showmeans=True", "vertical"],
  ])("are the boxes of a box plot%s", async (more, orientation) => {
    const captured = await capture(
      `plt.boxplot([[1, 2, 3, 4, 30], [2, 3, 4], [7, 7, 7]], labels=["A", "B", "C"]${more})`,
    );
    const box = { type: "box", orientation };
    expect(captured.charts[0]?.type).toBe("box");
    expect(toSeries(captured)).toEqual([
      [
        { ...box, label: "A", min: 1, q1: 2, median: 3, q3: 4, max: 4, outliers: [30] },
        { ...box, label: "B", min: 2, q1: 2.5, median: 3, q3: 3.5, max: 4, outliers: [] },
        { ...box, label: "C", min: 7, q1: 7, median: 7, q3: 7, max: 7, outliers: [] },
      ],
    ]);
  });

  it("have a logarithmic scale", async () => {
    const { charts } = await capture("plt.loglog([1, 10, 100], [1, 100, 10000])");
    expect(charts[0]).toMatchObject({ x_scale: "log", y_scale: "log", series: [{ type: "line" }] });
  });

  it("are apart for each pair of axes of a figure, also of two that lie upon each other", async () => {
    const { charts } = await capture(`
figure, axes = plt.subplots(2, 2); figure.suptitle("All")
axes[0, 0].plot([1, 2]); axes[0, 1].bar([1, 3], [2, 3]); axes[1, 0].imshow(np.eye(3)); axes[1, 0].set_title("Own")
plt.figure(); plt.bar(["a", "b"], [1, 2]); plt.ylabel("left"); plt.twinx().plot([3, 4]); plt.ylabel("right")
plt.figure(); plt.bar(["a", "b"], [1, 2]); plt.plot(["a", "b"], [3, 4])`);
    expect(
      charts.map(({ type, title, y_label, image, axes }) => [type, title, y_label, image, axes]),
    ).toEqual([
      ["line", "All", null, "chart-1.png", 0],
      ["bar", "All", null, "chart-1.png", 1],
      ["other", "Own", null, "chart-1.png", 2],
      ["bar", null, "left", "chart-2.png", 0],
      ["line", null, "right", "chart-2.png", 1],
      ["bar", null, null, "chart-3.png", 0],
    ]);
    expect(charts[5]?.series).toMatchObject([
      { type: "bar" },
      {
        type: "line",
        points: [
          ["a", 3],
          ["b", 4],
        ],
      },
    ]);
  });

  it("are a thousand points of a million, the first and the last among them, and it is said so", async () => {
    const { charts } = await capture("plt.plot(range(1_000_000)); plt.figure(); plt.plot([1, 2])");
    expect(charts.map(({ thinned }) => thinned)).toEqual([true, false]);
    const [series] = charts[0]?.series ?? [];
    if (series?.type !== "line") throw new Error("There is no line.");
    expect(series.total_points).toBe(1_000_000);
    expect(series.points).toHaveLength(1000);
    expect([series.points[0], series.points[999]]).toEqual([
      [0, 0],
      [999_999, 999_999],
    ]);
  });

  it("are left out, and it is said so, when all of them together are too large", async () => {
    const { charts, files } = await capture(`
for i in range(3):
    plt.figure()
    for _ in range(10):
        plt.plot(np.random.rand(1000), np.random.rand(1000))
plt.figure(); plt.plot([1, 2])`);
    expect(files.get("results.json")?.byteLength).toBeLessThanOrEqual(512 * 1024);
    expect(charts).toHaveLength(4);
    expect(charts.filter(({ series, thinned }) => series.length === 0 && thinned).length).toBeGreaterThan(0);
    expect(charts[3]).toMatchObject({ thinned: false, series: [{ type: "line" }] });
  });
});
