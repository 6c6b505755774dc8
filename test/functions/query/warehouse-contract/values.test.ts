import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

/** An expression, its column's type, and its cell. */
const VALUES: readonly (readonly [expression: string, type: string, cell: unknown])[] = [
  ["9223372036854775807", "INT64", "9223372036854775807"],
  ["-9223372036854775808", "INT64", "-9223372036854775808"],
  ["9007199254740991", "INT64", 9007199254740991],
  ["9007199254740992", "INT64", "9007199254740992"],
  ["-9007199254740993", "INT64", "-9007199254740993"],
  ["NUMERIC '99999999999999999999999999999.999999999'", "NUMERIC", "99999999999999999999999999999.999999999"],
  [
    "NUMERIC '-99999999999999999999999999999.999999999'",
    "NUMERIC",
    "-99999999999999999999999999999.999999999",
  ],
  ["NUMERIC '0.000000001'", "NUMERIC", "0.000000001"],
  ["NUMERIC '1.250'", "NUMERIC", "1.25"],
  ["BIGNUMERIC '0.0000000000000000001'", "BIGNUMERIC", "0.0000000000000000001"],
  ["1.7976931348623157e308", "FLOAT64", 1.7976931348623157e308],
  ["5e-324", "FLOAT64", 5e-324],
  ["1.0", "FLOAT64", 1],
  ["CAST('inf' AS FLOAT64)", "FLOAT64", "Infinity"],
  ["CAST('-inf' AS FLOAT64)", "FLOAT64", "-Infinity"],
  ["CAST('nan' AS FLOAT64)", "FLOAT64", "NaN"],
  ["TRUE", "BOOL", true],
  ["''", "STRING", ""],
  ["'é 表 😀 \\t \"'", "STRING", 'é 表 😀 \t "'],
  ["b'\\x00\\xff'", "BYTES", "AP8="],
  ["b''", "BYTES", ""],
  ["DATE '0001-01-01'", "DATE", "0001-01-01"],
  ["DATE '9999-12-31'", "DATE", "9999-12-31"],
  ["TIME '23:59:59.999999'", "TIME", "23:59:59.999999"],
  ["DATETIME '0001-01-01T00:00:00'", "DATETIME", "0001-01-01T00:00:00"],
  ["DATETIME '9999-12-31T23:59:59.999999'", "DATETIME", "9999-12-31T23:59:59.999999"],
  ["TIMESTAMP '0001-01-01 00:00:00+00'", "TIMESTAMP", "0001-01-01T00:00:00Z"],
  ["TIMESTAMP '9999-12-31 23:59:59.999999+00'", "TIMESTAMP", "9999-12-31T23:59:59.999999Z"],
  ["TIMESTAMP '1969-12-31 23:59:59.999999+00'", "TIMESTAMP", "1969-12-31T23:59:59.999999Z"],
  ['JSON \'{"a": [1, null], "b": 9007199254740993}\'', "JSON", '{"a":[1,null],"b":9007199254740993}'],
  ["TIMESTAMP '2026-01-31 10:00:00.120+02'", "TIMESTAMP", "2026-01-31T08:00:00.120Z"],
  ["DATETIME '2026-01-31 10:00:00.5'", "DATETIME", "2026-01-31T10:00:00.500"],
  ["TIME '10:00:00.0001'", "TIME", "10:00:00.000100"],
  ["TIME '10:00:00.000000'", "TIME", "10:00:00"],
  ["TIME '10:00:00.25'", "TIME", "10:00:00.250"],
  ["JSON 'null'", "JSON", "null"],
  ["CAST(NULL AS INT64)", "INT64", null],
  ["CAST(NULL AS TIMESTAMP)", "TIMESTAMP", null],
];

describeWith("sandbox", "a value", () => {
  const { ask } = twoWarehouses();
  it.each(VALUES)("%s is %s %j in both", async (expression, type, cell) => {
    for (const adapter of ADAPTERS) {
      const page = await ask(adapter, `SELECT ${expression} AS x`);
      expect([adapter, page]).toEqual([
        adapter,
        expect.objectContaining({ rows: [{ x: cell }], schema: [{ name: "x", type, mode: "NULLABLE" }] }),
      ]);
    }
  });
});
