const MEGABYTE = 990_000;
const TABLE = "`demo.sales.transactions`";
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Statements that hurt: by their text, by what they compute, by what they hold. Each with a name. */
export const NASTY_STATEMENTS: readonly (readonly [name: string, sql: string])[] = [
  ["a megabyte of operators", `SELECT ${"1+".repeat(MEGABYTE / 2)}1`],
  ["a megabyte of one string", `SELECT '${"x".repeat(MEGABYTE)}'`],
  ["a megabyte of brackets", `SELECT ${"(".repeat(MEGABYTE)}`],
  ["deep brackets", `SELECT ${"(".repeat(400)}1${")".repeat(400)}`],
  ["deep calls", `SELECT ${"UPPER(".repeat(3000)}'a'${")".repeat(3000)}`],
  ["deep CASE", `SELECT ${"CASE WHEN TRUE THEN ".repeat(400)}1${" END".repeat(400)}`],
  ["deep subscripts", `SELECT [1]${"[0]".repeat(30_000)}`],
  ["casts of casts", `SELECT ${"CAST(CAST(".repeat(6)}1${" AS STRING) AS INT64)".repeat(6)}`],
  ["5,000 UNIONs", `SELECT 1${" UNION ALL SELECT 1".repeat(5000)}`],
  [
    "5,000 columns",
    `SELECT ${range(5000)
      .map((i) => `${i} AS c${i}`)
      .join(", ")}`,
  ],
  ["20,000 conditions", `SELECT 1 WHERE ${"1 = 1 AND ".repeat(20_000)} TRUE`],
  [
    "a join of 60 tables",
    `SELECT COUNT(*) FROM ${range(60)
      .map((i) => `${TABLE} a${i}`)
      .join(", ")}`,
  ],
  [
    "a join without end",
    `SELECT COUNT(*) FROM ${TABLE} a, ${TABLE} b, ${TABLE} c WHERE a.revenue + b.revenue = c.revenue + 7`,
  ],
  [
    "a recursion without end",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r",
  ],
  [
    "a text that doubles",
    "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT CONCAT(s, s) FROM r) SELECT MAX(LENGTH(s)) FROM r",
  ],
  ["an array that grows", `SELECT ARRAY_AGG(REPEAT('x', 100000)) FROM ${TABLE} a, ${TABLE} b`],
  ["long texts", `SELECT SUM(LENGTH(REPEAT('x', 1000000))) FROM ${TABLE}`],
  ["arrays of a million", "SELECT GENERATE_ARRAY(1, 1000000) FROM UNNEST(GENERATE_ARRAY(1, 100000)) x"],
  [
    "a sort of all pairs",
    `SELECT a.revenue, b.revenue FROM ${TABLE} a, ${TABLE} b ORDER BY a.revenue * b.revenue`,
  ],
  [
    "a slow regex",
    `SELECT COUNT(*) FROM ${TABLE} WHERE REGEXP_CONTAINS(REPEAT('ab', 400000), '(a*)*(b|ab)+(.{0,40}){0,20}x')`,
  ],
  [
    "a call that cannot be interrupted",
    "SELECT LENGTH(REPLACE(REPEAT('a', 1000000), 'a', REPEAT('b', 1000)))",
  ],
  ["a result without end", `SELECT a.revenue, b.revenue AS other FROM ${TABLE} a, ${TABLE} b`],
];
