import { describe, expect, it } from "@jest/globals";
import { COMPARISON_HEADER, mergeRounds, percentile, renderTable, toRatio, toRow } from "./statistics.ts";

describe("percentile", () => {
  it("refuses to make a number out of nothing", () => {
    expect(() => percentile([], 0.5)).toThrow("no samples");
  });

  it("is a sample, whatever their order", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile([7], 0.01)).toBe(7);
  });

  it("leaves the samples as they were", () => {
    const samples = [3, 1, 2];
    percentile(samples, 0.5);
    expect(samples).toEqual([3, 1, 2]);
  });
});

describe("a comparison", () => {
  const ours = mergeRounds([
    { latenciesMs: [10, 20], ratesPerSecond: [50], warmStarts: 2 },
    { latenciesMs: [10], ratesPerSecond: [90], warmStarts: 0 },
    { latenciesMs: [10], ratesPerSecond: [60], warmStarts: 1 },
  ]);
  const naive = { latenciesMs: [40, 10, 20, 15], ratesPerSecond: [30, 20, 30], warmStarts: 0 };

  it("divides ours by naive, and has a cell for each column", () => {
    const row = toRow("a load", ours, naive);
    expect(row).toEqual([
      "a load",
      ...["10.0 ms", "15.0 ms", "0.67"],
      ...["20.0 ms", "40.0 ms", "0.50"],
      ...["60.0/s", "30.0/s", "2.00"],
    ]);
    expect(row).toHaveLength(COMPARISON_HEADER.length);
  });

  it("adds up the warm starts of all rounds", () => {
    expect(ours.warmStarts).toBe(3);
  });

  it("has no ratio to nothing", () => {
    expect(toRatio(3, 0)).toBe("-");
  });
});

describe("the table", () => {
  it("is Markdown with straight columns", () => {
    expect(
      renderTable(
        ["", "ours", "naive"],
        [
          ["a load", "1.0 ms", "12.0 ms"],
          ["b", "1", "2"],
        ],
      ),
    ).toBe(
      [
        "|        |   ours |   naive |",
        "| ------ | -----: | ------: |",
        "| a load | 1.0 ms | 12.0 ms |",
        "| b      |      1 |       2 |",
      ].join("\n"),
    );
  });
});
