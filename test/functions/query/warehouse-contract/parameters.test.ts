import { expect, it } from "@jest/globals";
import type { ParameterType, ParameterValue, ScalarTypeName } from "#functions/query/warehouse/warehouse.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

const list = (arrayType: ParameterType): ParameterType => ({ type: "ARRAY", arrayType });
const PAIR: ParameterType = {
  type: "STRUCT",
  structTypes: [
    { name: "a", type: { type: "INT64" } },
    { name: "b", type: list({ type: "STRING" }) },
  ],
};

/** A type, a value of it, and the cell that selecting it gives. */
const SCALARS: readonly (readonly [type: ScalarTypeName, value: string, cell: unknown])[] = [
  ["BOOL", "true", true],
  ["INT64", "-9223372036854775808", "-9223372036854775808"],
  ["INT64", "42", 42],
  ["FLOAT64", "1.5", 1.5],
  ["FLOAT64", "-Infinity", "-Infinity"],
  ["FLOAT64", "NaN", "NaN"],
  ["NUMERIC", "99999999999999999999999999999.999999999", "99999999999999999999999999999.999999999"],
  ["BIGNUMERIC", "0.0000000000000000001", "0.0000000000000000001"],
  ["STRING", "it's `x` -- /* \n \\ 😀", "it's `x` -- /* \n \\ 😀"],
  ["STRING", "", ""],
  ["BYTES", "AP8=", "AP8="],
  ["DATE", "0001-01-01", "0001-01-01"],
  ["TIME", "23:59:59.999999", "23:59:59.999999"],
  ["DATETIME", "9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.999999"],
  ["TIMESTAMP", "2026-01-31T10:00:00.120+02:00", "2026-01-31T08:00:00.120Z"],
  ["JSON", '{"a":[1,null]}', '{"a":[1,null]}'],
];

/** A type with parts. */
const COMPOUND: readonly (readonly [
  what: string,
  type: ParameterType,
  value: ParameterValue,
  cell: unknown,
])[] = [
  ["a list", list({ type: "INT64" }), ["1", "9007199254740993"], [1, "9007199254740993"]],
  ["an empty list", list({ type: "DATE" }), [], []],
  ["a struct", PAIR, { a: "1", b: ["x"] }, { a: 1, b: ["x"] }],
  ["a struct with NULL in it", PAIR, { a: null, b: [] }, { a: null, b: [] }],
  [
    "a list of structs",
    list(PAIR),
    [
      { a: "1", b: [] },
      { a: "2", b: ["y"] },
    ],
    [
      { a: 1, b: [] },
      { a: 2, b: ["y"] },
    ],
  ],
];

describeWith("sandbox", "a parameter", () => {
  const { ask } = twoWarehouses();

  it.each(SCALARS)("of type %s with %j, by name and by place", async (type, value, cell) => {
    for (const adapter of ADAPTERS) {
      const named = await ask(adapter, "SELECT @p AS x", {
        parameters: [{ name: "p", type: { type }, value }],
      });
      const placed = await ask(adapter, "SELECT ? AS x", {
        parameters: [{ name: null, type: { type }, value }],
      });
      const expected = { rows: [{ x: cell }], schema: [{ name: "x", type, mode: "NULLABLE" }] };
      expect([adapter, named]).toEqual([adapter, expect.objectContaining(expected)]);
      expect([adapter, placed]).toEqual([adapter, expect.objectContaining(expected)]);
    }
  });

  it.each(SCALARS.map(([type]) => type))("of type %s that is NULL", async (type) => {
    for (const adapter of ADAPTERS) {
      const page = await ask(adapter, "SELECT @p IS NULL AS x", {
        parameters: [{ name: "p", type: { type }, value: null }],
      });
      expect([adapter, page]).toEqual([adapter, expect.objectContaining({ rows: [{ x: true }] })]);
    }
  });

  it.each(COMPOUND)("that is %s", async (_what, type, value, cell) => {
    for (const adapter of ADAPTERS) {
      const page = await ask(adapter, "SELECT @p AS x", { parameters: [{ name: "p", type, value }] });
      expect([adapter, page]).toEqual([adapter, expect.objectContaining({ rows: [{ x: cell }] })]);
    }
  });

  it("among others: by name in any order, by place in theirs", async () => {
    const text = { type: { type: "STRING" } } as const;
    for (const adapter of ADAPTERS) {
      const named = await ask(adapter, "SELECT @b || @a || @b AS x", {
        parameters: [
          { name: "a", ...text, value: "1" },
          { name: "b", ...text, value: "2" },
        ],
      });
      const placed = await ask(adapter, "SELECT ? || ? AS x", {
        parameters: [
          { name: null, ...text, value: "1" },
          { name: null, ...text, value: "2" },
        ],
      });
      expect([adapter, named, placed]).toMatchObject([
        adapter,
        { rows: [{ x: "212" }] },
        { rows: [{ x: "12" }] },
      ]);
    }
  });
});
