import { expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { ADAPTERS, twoWarehouses } from "./two-warehouses.fixture.ts";

const PEOPLE = [
  { id: 1, tags: ["a", "b"], home: { city: "Oslo", at: { lat: 59.9, seen: "2026-01-31T08:00:00Z" } } },
  { id: 2, tags: [], home: null },
  { id: 3, tags: null, home: { city: null, at: null } },
];
const SCHEMA = [
  { name: "id", type: "INT64" },
  { name: "tags", type: "STRING", mode: "REPEATED" },
  {
    name: "home",
    type: "RECORD",
    fields: [
      { name: "city", type: "STRING" },
      {
        name: "at",
        type: "RECORD",
        fields: [
          { name: "lat", type: "FLOAT64" },
          { name: "seen", type: "TIMESTAMP" },
        ],
      },
    ],
  },
];

/** A select list, and the row that it gives. */
const SELECTS: readonly (readonly [list: string, row: object])[] = [
  ["[1, 2] AS a, ARRAY<INT64>[] AS b, CAST(NULL AS ARRAY<STRING>) AS c", { a: [1, 2], b: [], c: [] }],
  ["STRUCT(1 AS a, CAST(NULL AS STRING) AS b) AS s", { s: { a: 1, b: null } }],
  ["CAST(NULL AS STRUCT<a INT64, b STRING>) AS s", { s: null }],
  ["STRUCT(STRUCT(CAST(NULL AS DATE) AS d) AS inner_one) AS s", { s: { inner_one: { d: null } } }],
  [
    "[STRUCT([1, 9007199254740993] AS n), STRUCT(ARRAY<INT64>[] AS n)] AS s",
    { s: [{ n: [1, "9007199254740993"] }, { n: [] }] },
  ],
  [
    "[TIMESTAMP '0001-01-01 00:00:00+00', TIMESTAMP '9999-12-31 23:59:59.999999+00'] AS t",
    { t: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"] },
  ],
  [
    "[b'\\xff'] AS b, [NUMERIC '1.50'] AS n, [CAST('nan' AS FLOAT64)] AS f",
    { b: ["/w=="], n: ["1.5"], f: ["NaN"] },
  ],
  ["[JSON '{\"a\": null}'] AS j", { j: ['{"a":null}'] }],
];

describeWith("sandbox", "a value with parts", () => {
  const { ask } = twoWarehouses({
    files: {
      "d/people.jsonl": PEOPLE.map((row) => JSON.stringify(row)).join("\n"),
      "d/people.schema.json": JSON.stringify(SCHEMA),
    },
  });

  it.each(SELECTS)("SELECT %s", async (list, row) => {
    for (const adapter of ADAPTERS) {
      expect([adapter, await ask(adapter, `SELECT ${list}`)]).toEqual([
        adapter,
        expect.objectContaining({ rows: [row] }),
      ]);
    }
  });

  it("of a table keeps NULL apart from a record of NULLs, and makes an empty list of a NULL one", async () => {
    for (const adapter of ADAPTERS) {
      expect([adapter, await ask(adapter, "SELECT * FROM d.people ORDER BY id")]).toEqual([
        adapter,
        expect.objectContaining({
          rows: [PEOPLE[0], PEOPLE[1], { ...PEOPLE[2], tags: [] }],
          schema: [
            { name: "id", type: "INT64", mode: "NULLABLE" },
            { name: "tags", type: "STRING", mode: "REPEATED" },
            {
              name: "home",
              type: "STRUCT",
              mode: "NULLABLE",
              fields: [
                { name: "city", type: "STRING", mode: "NULLABLE" },
                {
                  name: "at",
                  type: "STRUCT",
                  mode: "NULLABLE",
                  fields: [
                    { name: "lat", type: "FLOAT64", mode: "NULLABLE" },
                    { name: "seen", type: "TIMESTAMP", mode: "NULLABLE" },
                  ],
                },
              ],
            },
          ],
        }),
      ]);
    }
  });

  it("is an error when a list of the result holds NULL", async () => {
    for (const adapter of ADAPTERS) {
      const outcome = await ask(adapter, "SELECT [1, NULL] AS a");
      expect([adapter, outcome]).toEqual([
        adapter,
        expect.objectContaining({ kind: "failure", message: expect.stringContaining("null element") }),
      ]);
    }
  });
});
