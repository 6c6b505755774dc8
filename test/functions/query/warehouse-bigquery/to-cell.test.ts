import { describe, expect, it } from "@jest/globals";
import { parseSchema } from "#functions/query/warehouse/warehouse-bigquery/parse-schema.ts";
import { toRow } from "#functions/query/warehouse/warehouse-bigquery/to-cell.ts";

const convert = (field: object, v: unknown): unknown =>
  toRow(parseSchema({ fields: [{ name: "x", ...field }] }), { f: [{ v }] })["x"];

describe("a cell of a BigQuery result", () => {
  const kept: readonly (readonly [string, unknown, unknown])[] = [
    ["INTEGER", "9007199254740991", 9007199254740991],
    ["INTEGER", "9007199254740993", "9007199254740993"],
    ["INT64", "-9223372036854775808", "-9223372036854775808"],
    ["NUMERIC", "1.250000000", "1.250000000"],
    ["BIGNUMERIC", "0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"],
    ["FLOAT", "1.5", 1.5],
    ["FLOAT", "5e-324", 5e-324],
    ["FLOAT", "NaN", "NaN"],
    ["FLOAT64", "Infinity", "Infinity"],
    ["FLOAT64", "-inf", "-Infinity"],
    ["BOOLEAN", "false", false],
    ["DATE", "0001-01-01", "0001-01-01"],
    ["TIME", "23:59:59.999999", "23:59:59.999999"],
    ["DATETIME", "2026-01-15T09:30:00", "2026-01-15T09:30:00"],
    ["TIMESTAMP", "0", "1970-01-01T00:00:00Z"],
    ["TIMESTAMP", "1768469400123000", "2026-01-15T09:30:00.123Z"],
    ["TIMESTAMP", "1768469400123456", "2026-01-15T09:30:00.123456Z"],
    ["TIMESTAMP", "-1", "1969-12-31T23:59:59.999999Z"],
    ["TIMESTAMP", "-62135596800000000", "0001-01-01T00:00:00Z"],
    ["TIMESTAMP", "253402300799999999", "9999-12-31T23:59:59.999999Z"],
    ["BYTES", "AP8=", "AP8="],
    ["GEOGRAPHY", "POINT(1 2)", "POINT(1 2)"],
    ["STRING", "", ""],
    ["STRING", null, null],
    ["JSON", '{"a":[1,null,"x"],"big":9007199254740993}', '{"a":[1,null,"x"],"big":9007199254740993}'],
    ["JSON", "null", "null"],
    ["RANGE", "[2026-01-01, 2026-02-01)", "[2026-01-01, 2026-02-01)"],
  ];
  it.each(kept)("%s %j becomes %j", (type, value, expected) => {
    expect(convert({ type }, value)).toEqual(expected);
  });

  it("of a repeated record keeps nesting, nulls and empty lists", () => {
    const field = {
      type: "RECORD",
      mode: "REPEATED",
      fields: [
        { name: "n", type: "INTEGER" },
        { name: "tags", type: "STRING", mode: "REPEATED" },
        { name: "inner", type: "RECORD", fields: [{ name: "at", type: "TIMESTAMP" }] },
      ],
    };
    const first = { f: [{ v: "1" }, { v: [{ v: "a" }, { v: "b" }] }, { v: { f: [{ v: "0" }] } }] };
    const second = { f: [{ v: null }, { v: [] }, { v: null }] };
    expect(convert(field, [{ v: first }, { v: second }])).toEqual([
      { n: 1, tags: ["a", "b"], inner: { at: "1970-01-01T00:00:00Z" } },
      { n: null, tags: [], inner: null },
    ]);
  });

  it("of a column called __proto__ is a column", () => {
    const row = toRow(parseSchema({ fields: [{ name: "__proto__", type: "STRING" }] }), { f: [{ v: "x" }] });
    expect(JSON.stringify(row)).toBe('{"__proto__":"x"}');
  });

  const nonsense: readonly (readonly [string, object, unknown])[] = [
    ["an integer that is none", { type: "INTEGER" }, "1e3"],
    ["a float that is none", { type: "FLOAT" }, ""],
    ["a truth value that is none", { type: "BOOLEAN" }, "yes"],
    ["a time beyond the calendar", { type: "TIMESTAMP" }, "99999999999999999999999"],
    ["an object where a string belongs", { type: "STRING" }, { a: 1 }],
    ["a scalar where a list belongs", { type: "STRING", mode: "REPEATED" }, "x"],
    ["a scalar where a record belongs", { type: "RECORD", fields: [] }, "x"],
  ];
  it.each(nonsense)("is refused when it is %s", (_name, field, value) => {
    expect(() => convert(field, value)).toThrow();
  });
});
