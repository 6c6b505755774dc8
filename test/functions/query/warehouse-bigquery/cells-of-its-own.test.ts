import { expect, it } from "@jest/globals";
import { pageAnswer } from "../../../support/bigquery/stand-in.ts";
import { quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

/** Cells of types that the embedded warehouse does not have, as BigQuery's REST API writes them. */
const CELLS: readonly (readonly [type: string, cell: string | null])[] = [
  ["GEOGRAPHY", "POINT(-122.35 47.62)"],
  ["GEOGRAPHY", "GEOMETRYCOLLECTION EMPTY"],
  ["INTERVAL", "1-2 3 4:5:6.789"],
  ["INTERVAL", "-10000-0 -3660000 -87840000:0:0"],
  ["RANGE", "[2026-01-01, UNBOUNDED)"],
  ["JSON", '{"a":[1,null],"__proto__":{"b":1.0}}'],
  ["BIGNUMERIC", "578960446186580977117854925043439539266.34992332820282019728792003956564819967"],
  ["NUMERIC", "-99999999999999999999999999999.999999999"],
  ["SOME_TYPE_TO_COME", "as it is"],
  ["GEOGRAPHY", null],
  ["INTERVAL", null],
];

it.each(CELLS)("%s %j comes through the client as it is", async (type, cell) => {
  const element = type === "RANGE" ? { rangeElementType: { type: "DATE" } } : {};
  const fields = [
    { name: "one", type, ...element },
    { name: "many", type, mode: "REPEATED", ...element },
    { name: "deep", type: "RECORD", fields: [{ name: "inner", type, ...element }] },
  ];
  const many = cell === null ? [] : [{ v: cell }, { v: cell }];
  const { warehouse } = await start({
    results: () => pageAnswer(fields, [[cell, many, { f: [{ v: cell }] }]]),
  });
  const page = await warehouse.runQuery(SELECT, quiet());
  expect(page).toMatchObject({
    kind: "rows",
    rows: [{ one: cell, many: cell === null ? [] : [cell, cell], deep: { inner: cell } }],
    schema: [
      { name: "one", type, mode: "NULLABLE" },
      { name: "many", type, mode: "REPEATED" },
      { name: "deep", type: "STRUCT", fields: [{ name: "inner", type }] },
    ],
  });
});
