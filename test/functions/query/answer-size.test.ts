import { describe, expect, it } from "@jest/globals";
import { resultsOf } from "../../support/bigquery/stand-in.ts";
import { serveBigquery } from "./serve-query.fixture.ts";

const LIMIT = 95_000;
const FORMATS = ["rows", "columns", "csv"] as const;

async function ask(fields: readonly object[], rows: readonly (readonly unknown[])[], more: object) {
  const { query } = await serveBigquery({
    results: resultsOf(fields as readonly Record<string, unknown>[], () => rows),
  });
  return query({ sql: "SELECT * FROM d.t", max_results: 10_000, ...more });
}

const text = (name: string) => ({ name, type: "STRING" });
const columns = (count: number) => Array.from({ length: count }, (_, index) => text(`column_${index}`));

describe.each(FORMATS)("an answer in %s stays below what ChatGPT takes", (format) => {
  it.each<[string, readonly object[], readonly (readonly unknown[])[]]>([
    ["plain rows", columns(3), Array.from({ length: 9000 }, (_, index) => [`a${index}`, "b", "c"])],
    ["quotes everywhere", columns(2), new Array(3000).fill(['"'.repeat(50), "\n".repeat(20)])],
    ["control characters", columns(1), new Array(3000).fill(["\u0001".repeat(100)])],
    ["nulls in many columns", columns(100), new Array(1000).fill(new Array(100).fill(null))],
    [
      "long names",
      [text("x".repeat(300)), text("y".repeat(300))],
      new Array(5000).fill(["x".repeat(20), "2"]),
    ],
    [
      "objects",
      [{ name: "r", type: "RECORD", fields: [text("a"), text("b")] }],
      new Array(9000).fill([{ f: [{ v: '"\\"' }, { v: "x" }] }]),
    ],
  ])("%s", async (_what, fields, rows) => {
    const { text: answer, body } = await ask(fields, rows, { format });
    expect(answer.length).toBeLessThanOrEqual(LIMIT);
    expect(body).toMatchObject({
      success: true,
      truncated: true,
      truncated_by: "size",
      total_rows: rows.length,
    });
    expect(body.row_count).toBeGreaterThan(10);
    expect(body.next_page_token).toEqual(expect.any(String));
    // Room that is left could not have held much more.
    expect(answer.length).toBeGreaterThan(format === "columns" ? 20_000 : 60_000);
  });

  it("with 400 columns and their names", async () => {
    const { text: answer, body } = await ask(columns(400), new Array(500).fill(new Array(400).fill("x")), {
      format,
    });
    expect(answer.length).toBeLessThanOrEqual(LIMIT);
    expect(body).toMatchObject({ success: true, truncated_by: "size" });
    expect(body.schema).toHaveLength(400);
    expect(body.row_count).toBeGreaterThan(2);
  });

  it("refuses 5,000 columns, and says what to do", async () => {
    const { status, body } = await ask(columns(5000), [new Array(5000).fill("x")], { format });
    expect([status, body.success, body.code]).toEqual([200, false, "result_too_large"]);
    expect(body.error).toContain("5000 columns");
    expect(body.error).toContain("Select fewer columns");
  });

  it("refuses a cell of 5 MB, and says what to do", async () => {
    const { status, body } = await ask(columns(1), [["x".repeat(5_000_000)]], { format });
    expect([status, body.success, body.code]).toEqual([200, false, "result_too_large"]);
    expect(body.error).toContain("SUBSTR");
  });
});

it("CSV holds more rows than objects do", async () => {
  const rows = Array.from({ length: 9000 }, (_, index) => [`a${index}`, "b", "c"]);
  const csv = await ask(columns(3), rows, { format: "csv" });
  const objects = await ask(columns(3), rows, { format: "rows" });
  expect(csv.body.row_count).toBeGreaterThan(objects.body.row_count * 2);
});

describe("max_results", () => {
  const many = Array.from({ length: 100 }, (_, index) => [String(index)]);

  it.each([0, -1, 10_001, 10 ** 9, 1.5, "10", null])("%j is refused", async (max_results) => {
    const { status, body } = await ask(columns(1), many, { max_results });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.details[0].path).toBe("/max_results");
  });

  it.each([
    [1, 1, "max_results"],
    [99, 99, "max_results"],
    [100, 100, null],
    [10_000, 100, null],
  ])("%i gives %i rows", async (max_results, rows, truncatedBy) => {
    const { body } = await ask(columns(1), many, { max_results });
    expect(body).toMatchObject({ row_count: rows, total_rows: 100, truncated_by: truncatedBy });
    expect(body.next_page_token === null).toBe(truncatedBy === null);
  });
});
