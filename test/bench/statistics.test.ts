import { describe, expect, it } from "@jest/globals";
import { mergeRounds, percentile, renderTable, toRows } from "./statistics.ts";

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

describe("the table", () => {
  const ours = mergeRounds([
    { latenciesMs: [10, 20], ratesPerSecond: [50] },
    { latenciesMs: [10], ratesPerSecond: [90] },
    { latenciesMs: [10], ratesPerSecond: [60] },
  ]);
  const naive = { latenciesMs: [30, 10, 20, 15], ratesPerSecond: [30, 20, 30] };

  it("says how many times better ours is: shorter waits and higher rates are better", () => {
    expect(toRows("python, 1 client", ours, naive)).toEqual([
      { what: "python, 1 client, median", ours: "10.0 ms", naive: "15.0 ms", ratio: "1.50x" },
      { what: "python, 1 client, p99", ours: "20.0 ms", naive: "30.0 ms", ratio: "1.50x" },
      { what: "python, 1 client, rate", ours: "60.0/s", naive: "30.0/s", ratio: "2.00x" },
    ]);
  });

  it("is Markdown with straight columns", () => {
    expect(renderTable([{ what: "a load", ours: "1.0 ms", naive: "12.0 ms", ratio: "12.00x" }])).toBe(
      [
        "|        |   ours |   naive |  ratio |",
        "| ------ | -----: | ------: | -----: |",
        "| a load | 1.0 ms | 12.0 ms | 12.00x |",
      ].join("\n"),
    );
  });
});
