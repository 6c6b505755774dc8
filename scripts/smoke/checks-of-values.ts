import { type Check, must, same } from "./check.ts";

const EXTREMES = {
  sql: `SELECT -9223372036854775808 AS least, 9223372036854775807 AS most, 9007199254740991 AS exact,
    NUMERIC '-99999999999999999999999999999.999999999' AS low, NUMERIC '99999999999999999999999999999.999999999' AS high,
    TIMESTAMP '0001-01-01 00:00:00+00' AS first, TIMESTAMP '9999-12-31 23:59:59.999999+00' AS last,
    DATE '9999-12-31' AS day, TIME '23:59:59.999999' AS time, DATETIME '0001-01-01 00:00:00' AS moment,
    b'\\x00\\xff' AS bytes, TRUE AS yes, 0.1 AS tenth`,
  row: {
    least: "-9223372036854775808",
    most: "9223372036854775807",
    exact: 9007199254740991,
    low: "-99999999999999999999999999999.999999999",
    high: "99999999999999999999999999999.999999999",
    first: "0001-01-01T00:00:00Z",
    last: "9999-12-31T23:59:59.999999Z",
    day: "9999-12-31",
    time: "23:59:59.999999",
    moment: "0001-01-01T00:00:00",
    bytes: "AP8=",
    yes: true,
    tenth: 0.1,
  },
} as const;

const NESTED = {
  sql: `SELECT STRUCT(CAST(NULL AS INT64) AS a, [STRUCT('x' AS b), STRUCT(CAST(NULL AS STRING) AS b)] AS list) AS pair,
    CAST(NULL AS STRUCT<c INT64>) AS nothing, CAST([] AS ARRAY<INT64>) AS none`,
  row: { pair: { a: null, list: [{ b: "x" }, { b: null }] }, nothing: null, none: [] },
} as const;

/** What only BigQuery has: whatever it is, it must come as text. */
const RARE = `SELECT ST_GEOGPOINT(13.4, 52.5) AS place, INTERVAL 1 DAY AS span,
  RANGE(DATE '2026-01-01', DATE '2026-02-01') AS month, JSON '{"a": [1, null]}' AS json,
  BIGNUMERIC '0.00000000000000000000000000000000000001' AS tiny`;

/** What values are in JSON, and how they go in. */
export const VALUE_CHECKS: readonly Check[] = [
  {
    name: "a constant",
    async run(at) {
      const page = await at.rows("SELECT 1 AS one");
      same(page.rows, [{ one: 1 }]);
      return `1 row, ${page.bytesBilled} bytes billed`;
    },
  },
  {
    name: "the ends of every type",
    async run(at) {
      same((await at.rows(EXTREMES.sql)).rows, [EXTREMES.row]);
      return `${Object.keys(EXTREMES.row).length} cells as they should be`;
    },
  },
  {
    name: "nested NULLs",
    async run(at) {
      same((await at.rows(NESTED.sql)).rows, [NESTED.row]);
      return "as they should be";
    },
  },
  {
    name: "GEOGRAPHY, INTERVAL, RANGE, JSON, BIGNUMERIC",
    async run(at) {
      const [row] = (await at.rows(RARE)).rows;
      const cells = Object.values(row ?? {});
      must(cells.length === 5 && cells.every((cell) => typeof cell === "string"), "A cell is not text.");
      return cells.join(", ");
    },
  },
  {
    name: "named parameters",
    async run(at) {
      const parameters = [
        { name: "n", type: { type: "INT64" }, value: "9223372036854775807" },
        { name: "day", type: { type: "DATE" }, value: "2026-01-31" },
        { name: "list", type: { type: "ARRAY", arrayType: { type: "STRING" } }, value: ["a", "b"] },
        { name: "none", type: { type: "STRING" }, value: null },
      ] as const;
      const { rows } = await at.rows("SELECT @n AS n, @day AS day, @list AS list, @none AS none", {
        parameters,
      });
      same(rows, [{ n: "9223372036854775807", day: "2026-01-31", list: ["a", "b"], none: null }]);
      return "4 values came back as they went in";
    },
  },
  {
    name: "positional parameters",
    async run(at) {
      const parameters = [
        { name: null, type: { type: "STRING" }, value: "it's" },
        { name: null, type: { type: "BYTES" }, value: "AP8=" },
      ] as const;
      same((await at.rows("SELECT ? AS a, ? AS b", { parameters })).rows, [{ a: "it's", b: "AP8=" }]);
      return "2 values came back as they went in";
    },
  },
];
