import { describe, expect, it } from "@jest/globals";
import { parseResults } from "#functions/execute/results/parse-results.ts";

const parse = (results: unknown) => parseResults(Buffer.from(JSON.stringify(results)));
const LINE = { type: "line", label: "a", points: [[1, 2]] };
const CHART = {
  ...{ type: "line", title: "T", x_label: "x", y_label: null, x_scale: "linear", y_scale: "log" },
  ...{ series: [LINE], image: "chart-1.png", axes: 0 },
};
const NOTHING = { charts: [], tableMarkdown: null };
const parseOne = (more: object) => parse({ charts: [{ ...CHART, ...more }], table_markdown: null }).charts[0];
const parseTable = (table: unknown) => parse({ charts: [], table_markdown: table }).tableMarkdown;

describe("bytes that are no results", () => {
  it.each([
    ["nothing", Buffer.alloc(0)],
    ["broken UTF-8", Buffer.from([0x22, 0xff, 0x22])],
    ["half of a text", Buffer.from('{"charts": "')],
    ["a list", Buffer.from("[]")],
    ["null", Buffer.from("null")],
    ["half a million brackets", Buffer.alloc(500_000, "[")],
    ["brackets behind a text with quotes", Buffer.from(`{"a\\"[": ${"[".repeat(1000)}`)],
    ["more than 512 KiB", Buffer.from(`{"charts": []${" ".repeat(512 * 1024)}}`)],
    ["charts that are no list", Buffer.from('{"charts": {"length": 1}, "table_markdown": 5}')],
  ])("%s", (_, bytes) => expect(parseResults(bytes)).toEqual(NOTHING));

  it("does not take brackets in texts for depth", () => {
    expect(parseOne({ title: "[".repeat(100) })?.title).toBe("[".repeat(100));
  });
});

describe("a chart", () => {
  it("keeps what is known, and nothing else", () => {
    expect(parseOne({ secret: 1, series: [{ ...LINE, extra: true }] })).toEqual({
      ...CHART,
      svg: null,
      thinned: false,
    });
  });

  it.each([
    "../chart-1.png",
    "chart-1.png/..",
    "chart-0.png",
    "chart-100.png",
    "chart-1.svg",
    "main.py",
    1,
    null,
  ])("is left out when its image is named %p", (image) => expect(parseOne({ image })).toBeUndefined());

  it.each(["https://x.example/chart-1.svg", "chart-1.png", 7])("has no SVG named %p", (svg) =>
    expect(parseOne({ svg })?.svg).toBeNull(),
  );

  it("is left out when its kind is none of ours", () => {
    expect(parse({ charts: [null, 5, [], { ...CHART, type: "constructor" }, CHART] }).charts).toHaveLength(1);
  });

  it("has texts of 200 well-formed characters at most", () => {
    expect(parseOne({ title: "x".repeat(201), x_label: "\ud800", y_label: "" })).toMatchObject({
      title: "x".repeat(200),
      x_label: "\ufffd",
      y_label: null,
    });
  });

  it("says that it is thinned when its series are not well-formed or too many", () => {
    for (const series of [5, null, [{ type: "line" }], [{ ...LINE, points: [[1]] }], Array(201).fill(LINE)]) {
      expect(parseOne({ series })).toMatchObject({ series: [], thinned: true });
    }
    expect(parseOne({ series: [{ ...LINE, points: Array(1001).fill([1, 2]) }] })?.series).toEqual([]);
  });

  it("reads numbers beyond all numbers, and what is no number, as null", () => {
    const bytes = Buffer.from(JSON.stringify({ charts: [CHART] }).replace("[1,2]", "[1e999,{}]"));
    expect(parseResults(bytes).charts[0]?.series).toEqual([{ ...LINE, points: [[null, null]] }]);
  });

  it("may be any of the other kinds", () => {
    const series = [
      { type: "bar", label: null, orientation: "horizontal", bars: [{ category: "a", value: 1, base: 2 }] },
      { type: "pie", label: null, slices: [{ label: "a", fraction: 0.25, angle: 90 }] },
      {
        type: "histogram",
        label: null,
        total_points: 9,
        orientation: "vertical",
        edges: [0, 1],
        counts: [9],
      },
      {
        ...{ type: "box", label: "b", orientation: "vertical", min: 1, q1: 2, median: 3, q3: 4, max: 5 },
        outliers: [9],
      },
    ];
    expect(parseOne({ series })?.series).toEqual(series);
  });

  it("needs one edge more than counts", () => {
    expect(parseOne({ series: [{ type: "histogram", edges: [1], counts: [1] }] })?.series).toEqual([]);
  });
});

describe("a table", () => {
  it("is kept, with the line below it", () => {
    const table = "| a | b |\n|---|---:|\n| x\\|y | 2 |\n\n1 row × 2 columns";
    expect(parseTable(table)).toBe(table);
  });

  it.each([
    ["a heading", "# Attention\n| a |\n|---|"],
    ["text", "Attention"],
    ["something between rows", "| a |\n|---|\n- [x](y)\n| b |"],
    ["another line below it", "| a |\n|---|\n\n![x](https://x.example)"],
    ["too many lines", "| a |\n".repeat(31)],
    ["8 KiB and more", `| a |\n|---|\n| ${"x".repeat(8192)} |`],
  ])("is none with %s", (_, table) => expect(parseTable(table)).toBeNull());

  it("shows links, images, HTML and code as text, however they are escaped", () => {
    expect(parseTable("| ![x](u) | <b> | \\[a] | \\\\[b](u) | `c` |\n|---|---|---|---|---|")).toBe(
      "| !\\[x\\](u) | \\<b> | \\[a\\] | \\\\\\[b\\](u) | \\`c\\` |\n|---|---|---|---|---|",
    );
  });

  it("has no characters that cannot be seen", () => {
    expect(parseTable("| a\u202e\u0007 |\n|---|")).toBe("| a |\n|---|");
  });
});
