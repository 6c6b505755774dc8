import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

const MINUTE_MS = 60_000;
const MEGABYTE = 1_000_000;
const NUMBERS = "shop.numbers";
const columns = Array.from({ length: 5000 }, (_, i) => `${i} AS c${i}`).join(", ");

/** What it is, the statement, and the codes that are an honest answer. */
type Hostile = readonly [what: string, sql: string, codes: readonly string[]];

const TEXTS: readonly Hostile[] = [
  ["nothing", "", ["invalid_query"]],
  ["blanks", " \n\t ", ["invalid_query"]],
  ["a comment", "-- SELECT 1", ["invalid_query"]],
  ["a megabyte of operators", `SELECT ${"1+".repeat(MEGABYTE / 2 - 10)}1`, ["invalid_query"]],
  ["a megabyte of brackets", `SELECT ${"(".repeat(MEGABYTE - 10)}`, ["invalid_query"]],
  ["a megabyte of quotes", `SELECT ${"'".repeat(MEGABYTE - 11)}`, ["invalid_query"]],
  ["a megabyte of one string", `SELECT '${"x".repeat(MEGABYTE - 10)}'`, ["result_too_large"]],
  ["a megabyte of backslashes", `SELECT '${"\\".repeat(MEGABYTE - 10)}'`, ["result_too_large"]],
  ["deep brackets", `SELECT ${"(".repeat(3000)}1${")".repeat(3000)}`, ["invalid_query"]],
  ["deep calls", `SELECT ${"UPPER(".repeat(3000)}'a'${")".repeat(3000)}`, ["invalid_query"]],
  [
    "deep CASE",
    `SELECT ${"CASE WHEN TRUE THEN ".repeat(3000)}1${" END".repeat(3000)}`,
    ["invalid_query", "query_timed_out"],
  ],
  [
    "deep subqueries",
    `SELECT * FROM ${"(SELECT * FROM ".repeat(300)}(SELECT 1)${")".repeat(300)}`,
    ["invalid_query"],
  ],
  ["deep subscripts", `SELECT [1]${"[0]".repeat(5000)}`, ["invalid_query"]],
  ["many UNIONs", `SELECT 1${" UNION ALL SELECT 1".repeat(4000)}`, ["invalid_query", "query_timed_out"]],
  ["5,000 columns", `SELECT ${columns}`, ["result_too_large", "query_timed_out", "query_out_of_memory"]],
];

const READS: readonly Hostile[] = [
  ["enable_logging", "SELECT * FROM enable_logging(storage='file')", ["unsupported_sql"]],
  ["query", "SELECT * FROM query('SELECT 1')", ["unsupported_sql"]],
  ["getenv", "SELECT getenv('PATH')", ["unsupported_sql"]],
  ["generate_series of DuckDB", "SELECT * FROM generate_series(1, 2000000000)", ["unsupported_sql"]],
  ["range of DuckDB", "SELECT range(2000000000)", ["unsupported_sql"]],
  ["EXTERNAL_QUERY", "SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')", ["unsupported_sql"]],
  ["SELECT INTO", "SELECT 1 INTO shop.x", ["invalid_query", "unsupported_sql"]],
];

const VALUES: readonly Hostile[] = [
  ["an array of 2·10⁹", "SELECT GENERATE_ARRAY(1, 2000000000)", ["unsupported_sql"]],
  [
    "rows from an array of 2·10⁹",
    "SELECT x FROM UNNEST(GENERATE_ARRAY(1, 2000000000)) x",
    ["unsupported_sql"],
  ],
  ["all dates there are", "SELECT GENERATE_DATE_ARRAY('0001-01-01', '9999-12-31')", ["unsupported_sql"]],
  ["REPEAT to 10⁹", "SELECT REPEAT('x', 1000000000)", ["query_failed"]],
  ["REPEAT of REPEAT", "SELECT REPEAT(REPEAT('x', 100000), 100000)", ["query_failed"]],
  [
    "a cell of 5 MB",
    "SELECT ARRAY_TO_STRING(ARRAY(SELECT REPEAT('x', 1000000) FROM UNNEST(GENERATE_ARRAY(1, 5))), '') AS v",
    ["result_too_large"],
  ],
];

const ENDLESS: readonly Hostile[] = [
  [
    "a cross join",
    `SELECT COUNT(*) FROM ${NUMBERS} a, ${NUMBERS} b, ${NUMBERS} c WHERE MOD(a.n + b.n + c.n, 7) = 8`,
    ["query_timed_out"],
  ],
  [
    "a recursive CTE",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r",
    ["query_timed_out"],
  ],
  [
    "a recursive CTE that grows",
    "WITH RECURSIVE r AS (SELECT 'x' AS s UNION ALL SELECT CONCAT(s, s) FROM r) SELECT MAX(LENGTH(s)) FROM r",
    ["query_timed_out", "query_out_of_memory"],
  ],
  [
    "a regex",
    `SELECT COUNT(*) FROM ${NUMBERS} WHERE REGEXP_CONTAINS(REPEAT(CAST(n AS STRING), 100000), '(1*)*(2|23)+(.{0,40}){0,20}x')`,
    ["query_timed_out", "query_out_of_memory", "query_failed"],
  ],
  [
    "a call that cannot be interrupted",
    "SELECT LENGTH(REPLACE(REPEAT('a', 1000000), 'a', REPEAT('b', 1000)))",
    ["query_timed_out", "query_out_of_memory", "query_failed"],
  ],
  ["padding to 2·10⁹", "SELECT LPAD('x', 2000000000, 'y')", ["query_failed"]],
];

describeWith("sandbox", "hostile statements", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    at.write("shop/numbers.csv", `n\n${Array.from({ length: 20_000 }, (_, i) => i + 1).join("\n")}\n`);
    await at.warehouse.warm();
  }, MINUTE_MS);
  afterAll(() => at.close());

  async function expectRefusal(sql: string, codes: readonly string[], timeoutMs: number): Promise<void> {
    const startedAt = performance.now();
    const outcome = await at.query(sql, { timeoutMs });
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 15_000);
    expect(outcome.kind).toBe("failure");
    if (outcome.kind === "failure") {
      expect(codes).toContain(outcome.code);
      expect(outcome.message).toMatch(/^[^\n]{10,600}[.!?]$/);
      expect(outcome.message).not.toMatch(/gs_|E_GUARD|\/app|\/warehouse|\bat .*\.ts/i);
    }
    expect(await at.rows("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  }

  it.each(TEXTS)("text: %s", (_what, sql, codes) => expectRefusal(sql, codes, 20_000), MINUTE_MS);
  it.each(READS)(
    "what reaches further: %s",
    (_what, sql, codes) => expectRefusal(sql, codes, 20_000),
    MINUTE_MS,
  );
  it.each(VALUES)("values: %s", (_what, sql, codes) => expectRefusal(sql, codes, 20_000), MINUTE_MS);
  it.each(ENDLESS)("without end: %s", (_what, sql, codes) => expectRefusal(sql, codes, 1500), MINUTE_MS);

  it.each([
    ["semicolons in strings", "SELECT ';' AS a, \"a;b\" AS b, ''';''' AS c", { a: ";", b: "a;b", c: ";" }],
    ["a semicolon in a comment", "SELECT 1 AS a /* ; DELETE FROM x */ -- ;", { a: 1 }],
    ["a megabyte of blanks", `SELECT 1 AS a${" ".repeat(MEGABYTE - 20)}`, { a: 1 }],
    ["a megabyte of comment", `SELECT 1 AS a /*${"*".repeat(MEGABYTE - 30)}*/`, { a: 1 }],
    [
      "what is no finite number",
      "SELECT CAST('nan' AS FLOAT64) AS a, CAST('+inf' AS FLOAT64) AS b, IEEE_DIVIDE(-1, 0) AS c",
      { a: "NaN", b: "Infinity", c: "-Infinity" },
    ],
    ["names of any alphabet", "SELECT 1 AS `größe`, 2 AS `数量`, 3 AS `🦆`", { größe: 1, 数量: 2, "🦆": 3 }],
    [
      "names that JavaScript knows",
      "SELECT 1 AS `constructor`, 2 AS `toString`",
      { constructor: 1, toString: 2 },
    ],
  ])("%s is no harm", async (_what, sql, row) => {
    expect(await at.rows(sql)).toEqual([row]);
  });

  it.each([
    ["EXPORT DATA OPTIONS (uri = 'gs://x/*') AS SELECT 1"],
    ["LOAD DATA INTO shop.x FROM FILES (format = 'CSV', uris = ['gs://x'])"],
    ["CALL shop.anything()"],
    ["WITH d AS (SELECT 1) DELETE FROM shop.numbers WHERE TRUE"],
    ["SELECT 1; DELETE FROM shop.numbers WHERE TRUE"],
    ["SELECT 1 /* /* */ ; DELETE FROM shop.numbers WHERE TRUE -- */"],
    ["WITH d AS (DELETE FROM shop.numbers WHERE TRUE) SELECT 1"],
    ["SELECT (DELETE FROM shop.numbers WHERE TRUE)"],
  ])("changes nothing: %s", async (sql) => {
    const answer = await at.query(sql).catch((thrown: { code: string }) => ({ kind: "failure", ...thrown }));
    expect(answer.kind).toBe("failure");
    expect(await at.rows(`SELECT COUNT(*) AS n FROM ${NUMBERS}`)).toEqual([{ n: 20_000 }]);
  });
});
