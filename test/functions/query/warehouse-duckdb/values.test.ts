import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "values and results of the embedded warehouse", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", "9007199254740993"],
    ["-9223372036854775807", "-9223372036854775807"],
    ["NUMERIC '1.250'", "1.25"],
    ["NUMERIC '10.00'", "10"],
    ["1.5", 1.5],
    ["CAST('nan' AS FLOAT64)", "NaN"],
    ["CAST('-inf' AS FLOAT64)", "-Infinity"],
    ["DATE '2024-02-29'", "2024-02-29"],
    ["DATE '0001-01-01'", "0001-01-01"],
    ["TIME '10:30:00.5'", "10:30:00.500"],
    ["DATETIME '2024-01-05 10:00:00'", "2024-01-05T10:00:00"],
    ["DATETIME '1969-12-31 23:59:59.999999'", "1969-12-31T23:59:59.999999"],
    ["TIMESTAMP '2024-01-05 10:00:00+02:00'", "2024-01-05T08:00:00Z"],
    ["b'abc'", "YWJj"],
    ["STRUCT(1 AS a, [STRUCT('x' AS b)] AS c)", { a: 1, c: [{ b: "x" }] }],
    ["[1, 2, 3]", [1, 2, 3]],
    ['JSON \'{"a": [1, "x y"], "big": 9007199254740993}\'', '{"a":[1,"x y"],"big":9007199254740993}'],
    ["TRUE", true],
    ["CAST(NULL AS DATE)", null],
    ["'line\\nbreak \\' \"quote\\\" \\\\'", 'line\nbreak \' "quote" \\'],
  ])("gives %s as %j", async (expression, value) => {
    expect(await at.rows(`SELECT ${expression} AS v`)).toEqual([{ v: value }]);
  });

  it("keeps columns of the same name apart and names those without one as BigQuery does", async () => {
    expect(await at.rows("SELECT 1 AS a, 2 AS a, 3, UPPER('x')")).toEqual([
      { a: 1, a_1: 2, f0_: 3, f1_: "X" },
    ]);
  });

  it("stops at the row limit and still counts", async () => {
    const outcome = await at.query("SELECT n FROM UNNEST(GENERATE_ARRAY(1, 100000)) AS n", { maxRows: 3 });
    expect(outcome).toMatchObject({
      kind: "rows",
      schema: [{ name: "n", type: "INT64", mode: "NULLABLE" }],
      rows: [{ n: 1 }, { n: 2 }, { n: 3 }],
      totalRows: 100_000,
      truncatedBy: "max_results",
    });
  });

  it("stops at the size limit", async () => {
    const sql = "SELECT REPEAT('x', 1000) AS s FROM UNNEST(GENERATE_ARRAY(1, 50)) AS n";
    const outcome = await at.query(sql, { maxCharacters: 5000 });
    expect(outcome).toMatchObject({ kind: "rows", totalRows: 50, truncatedBy: "size" });
    expect(JSON.stringify(outcome.kind === "rows" && outcome.rows).length).toBeLessThanOrEqual(5000);
  });

  it("is not cut when it just fits", async () => {
    const outcome = await at.query("SELECT n FROM UNNEST([1, 2]) AS n", { maxRows: 2 });
    expect(outcome).toMatchObject({ totalRows: 2, truncatedBy: null, next: null });
  });
});
