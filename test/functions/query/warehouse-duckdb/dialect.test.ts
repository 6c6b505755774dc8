import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "GoogleSQL that DuckDB alone, or a plain translation, gets silently wrong", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["REGEXP_CONTAINS('abc', 'b')", true],
    ["REGEXP_REPLACE('aab', 'a', 'x')", "xxb"],
    ["REGEXP_EXTRACT('abc', 'x')", null],
    ["REGEXP_EXTRACT('abc', 'b(.)')", "c"],
    ["CONCAT('a', NULL)", null],
    ["GREATEST(1, NULL, 3)", null],
    ["CAST(2.5 AS INT64)", 3],
    ["CAST(-2.5 AS INT64)", -3],
    ["SAFE_CAST('2.5' AS INT64)", null],
    ["CAST(NUMERIC '1.50' AS STRING)", "1.5"],
    ["7 / 2", 3.5],
    ["DIV(-7, 2)", -3],
    ["LOG(100, 10)", 2],
    ["SUBSTR('hello', 0, 2)", "he"],
    ["SPLIT('', ',')", [""]],
    ["ARRAY_TO_STRING(['a', NULL, 'b'], ',')", "a,b"],
    ["[10, 20, 30][1]", 20],
    ["[10, 20, 30][SAFE_OFFSET(5)]", null],
    ["JSON_VALUE('{\"a\": null}', '$.a')", null],
    ['JSON_VALUE(\'{"a": {"b": "x"}}\', \'$.a.b\')', "x"],
    ["TIMESTAMP_DIFF(TIMESTAMP '2024-01-01 00:01:00', TIMESTAMP '2024-01-01 00:00:30', MINUTE)", 0],
    ["DATE_DIFF(DATE '2024-02-18', DATE '2024-02-17', WEEK)", 1],
    ["DATE_TRUNC(DATE '2024-02-14', WEEK)", "2024-02-11"],
    ["DATE_TRUNC(DATE '2024-02-14', WEEK(MONDAY))", "2024-02-12"],
    ["DATE_ADD(DATE '2024-01-31', INTERVAL 1 MONTH)", "2024-02-29"],
    ["EXTRACT(WEEK FROM DATE '2024-01-07')", 1],
    ["EXTRACT(DAYOFWEEK FROM DATE '2024-02-18')", 1],
    ["DATE(TIMESTAMP '2024-01-05 03:00:00+00', 'America/New_York')", "2024-01-04"],
    ["TIMESTAMP_TRUNC(TIMESTAMP '2024-01-05 10:45:12 UTC', DAY, 'America/New_York')", "2024-01-05T05:00:00Z"],
    ["FORMAT_DATE('Q%Q %e', DATE '2024-05-04')", "Q2  4"],
    ["PARSE_TIMESTAMP('%F %T', '2024-01-02 03:04:05')", "2024-01-02T03:04:05Z"],
    ["IEEE_DIVIDE(1, 0)", "Infinity"],
    ["TIMESTAMP_MICROS(1704103200000000)", "2024-01-01T10:00:00Z"],
  ])("%s is %j", async (expression, value) => {
    expect(await at.rows(`SELECT ${expression} AS v`)).toEqual([{ v: value }]);
  });

  it.each([
    ["[1, 2][OFFSET(5)]", "query_failed"],
    ["MOD(1, 0)", "query_failed"],
    ["CAST('2.5' AS INT64)", "query_failed"],
    ["GENERATE_ARRAY(1, 2000000000)", "unsupported_sql"],
  ])("%s fails with %s", async (expression, code) => {
    expect(await at.query(`SELECT ${expression} AS v`)).toMatchObject({ kind: "failure", code });
  });

  it.each([
    ["SELECT x FROM UNNEST([2, NULL, 1]) AS x ORDER BY x", [null, 1, 2]],
    ["SELECT x FROM UNNEST([2, NULL, 1]) AS x ORDER BY x DESC", [2, 1, null]],
    ["SELECT o FROM UNNEST(['a', 'b']) AS x WITH OFFSET AS o ORDER BY o", [0, 1]],
    ["SELECT a FROM UNNEST([STRUCT(1 AS a), STRUCT(2)]) ORDER BY a", [1, 2]],
    ["SELECT x FROM UNNEST(GENERATE_ARRAY(1, 10, 4)) AS x ORDER BY x", [1, 5, 9]],
    ["SELECT x FROM UNNEST([1, 2, 3]) AS x EXCEPT DISTINCT SELECT 2 ORDER BY 1", [1, 3]],
    ["SELECT ARRAY_AGG(x IGNORE NULLS ORDER BY x DESC LIMIT 2) FROM UNNEST([1, NULL, 3, 2]) AS x", [[3, 2]]],
    ["SELECT x FROM UNNEST([1, 2]) AS x QUALIFY ROW_NUMBER() OVER (ORDER BY x DESC) = 1", [2]],
  ])("%s", async (sql, column) => {
    expect((await at.rows(sql)).map((row) => Object.values(row)[0])).toEqual(column);
  });
});
