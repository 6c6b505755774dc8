import { describe, expect, it } from "@jest/globals";
import { namedPaths } from "./referenced-names.ts";
import { shapeOf } from "./statement-type.ts";

const TYPES: readonly (readonly [sql: string, type: string])[] = [
  ["SELECT 1", "SELECT"],
  ["  -- SELECT\n# x\n/* y */ (SELECT 1) UNION ALL SELECT 2;;", "SELECT"],
  ["WITH t AS (SELECT 1) SELECT * FROM t", "SELECT"],
  ["FROM d.t |> WHERE x > 1 |> SELECT x", "SELECT"],
  ["FROM d.t |> INSERT INTO d.u", "INSERT"],
  ["FROM d.t |> EXPORT DATA OPTIONS (uri = 'gs://x/*')", "EXPORT_DATA"],
  [`SELECT 'a;DELETE FROM d.t', """; DROP TABLE x""", r'\\';DELETE FROM d.t WHERE '`, "SELECT"],
  ["SELECT ';', \"it's\", `a;b` FROM d.t", "SELECT"],
  ["SELECT 1 /* /* */ ; DELETE FROM d.t WHERE true -- */", "SCRIPT"],
  ["SELECT 1; SELECT 2", "SCRIPT"],
  ["CREATE TEMP FUNCTION f() AS (1); SELECT f()", "SELECT"],
  ["CREATE TEMP FUNCTION f() AS (1); CREATE TEMP FUNCTION g() AS (1); SELECT f() + g()", "SELECT"],
  ["CREATE TEMP FUNCTION f() AS (1); DELETE FROM d.t WHERE TRUE", "SCRIPT"],
  ["CREATE FUNCTION d.f() AS (1); SELECT d.f()", "SCRIPT"],
  ["CREATE TEMP TABLE t AS SELECT 1; SELECT * FROM t", "SCRIPT"],
  ["DECLARE x INT64; SET x = 1; SELECT x", "SCRIPT"],
  ["DECLARE x INT64", "SCRIPT"],
  ["BEGIN SELECT 1; END", "SCRIPT"],
  ["BEGIN TRANSACTION", "SCRIPT"],
  ["here: BEGIN SELECT 1; END here", "SCRIPT"],
  ["EXECUTE IMMEDIATE 'DELETE FROM d.t WHERE TRUE'", "SCRIPT"],
  ["IF TRUE THEN DELETE FROM d.t WHERE TRUE; END IF", "SCRIPT"],
  ["insert d.t values (1)", "INSERT"],
  ["UPDATE d.t SET a = 1 WHERE TRUE", "UPDATE"],
  ["DELETE d.t WHERE TRUE", "DELETE"],
  ["MERGE d.t USING d.u ON FALSE WHEN NOT MATCHED THEN INSERT ROW", "MERGE"],
  ["TRUNCATE TABLE d.t", "TRUNCATE_TABLE"],
  ["CREATE TABLE d.t (a INT64)", "CREATE_TABLE"],
  [
    "CREATE OR REPLACE TABLE d.t (a INT64 OPTIONS (description = 'AS SELECT')) AS SELECT 1 AS a",
    "CREATE_TABLE_AS_SELECT",
  ],
  ["CREATE TABLE IF NOT EXISTS d.t AS (SELECT 1)", "CREATE_TABLE_AS_SELECT"],
  ["CREATE EXTERNAL TABLE d.t OPTIONS (format = 'CSV')", "CREATE_EXTERNAL_TABLE"],
  ["CREATE SNAPSHOT TABLE d.t CLONE d.u", "CREATE_SNAPSHOT_TABLE"],
  ["CREATE VIEW d.v AS SELECT 1", "CREATE_VIEW"],
  ["CREATE MATERIALIZED VIEW d.v AS SELECT 1", "CREATE_MATERIALIZED_VIEW"],
  ["CREATE MODEL d.m OPTIONS (model_type = 'linear_reg') AS SELECT 1", "CREATE_MODEL"],
  ["CREATE OR REPLACE TABLE FUNCTION d.f() AS SELECT 1", "CREATE_TABLE_FUNCTION"],
  [
    "CREATE PROCEDURE d.p() BEGIN SELECT 1; SELECT CASE WHEN TRUE THEN 1 END; IF TRUE THEN SELECT 2; END IF; END",
    "CREATE_PROCEDURE",
  ],
  ["CREATE ROW ACCESS POLICY p ON d.t FILTER USING (TRUE)", "CREATE_ROW_ACCESS_POLICY"],
  ["CREATE SCHEMA s", "CREATE_SCHEMA"],
  ["CREATE SEARCH INDEX i ON d.t (ALL COLUMNS)", "CREATE_SEARCH_INDEX"],
  ["DROP ALL ROW ACCESS POLICIES ON d.t", "DROP_ROW_ACCESS_POLICY"],
  ["DROP TABLE IF EXISTS d.t", "DROP_TABLE"],
  ["ALTER TABLE d.t ADD COLUMN x INT64", "ALTER_TABLE"],
  ["EXPORT DATA OPTIONS (uri = 'gs://x/*') AS SELECT 1", "EXPORT_DATA"],
  ["LOAD DATA INTO d.t FROM FILES (uris = ['gs://x'])", "LOAD_DATA"],
  ["CALL d.p()", "CALL"],
  ["ASSERT TRUE", "ASSERT"],
  ["GRANT `roles/x` ON TABLE d.t TO 'user:a@b.c'", "GRANT"],
];

const NAMES: readonly (readonly [sql: string, names: readonly string[]])[] = [
  ["SELECT * FROM d.t AS x, d.u y JOIN `p-1.d.v` ON TRUE", ["d.t", "d.u", "p-1.d.v"]],
  ["SELECT * FROM my-proj.d.t, `p`.d.`u`", ["my-proj.d.t", "p.d.u"]],
  ["WITH t AS (SELECT * FROM t) SELECT * FROM T, t.items", ["t"]],
  ["WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT * FROM t) SELECT * FROM t", []],
  ["SELECT (WITH t AS (SELECT 1) SELECT * FROM t) FROM t", ["t"]],
  ["SELECT * FROM d.t AS x, x.items, UNNEST(x.more) AS y", ["d.t"]],
  [
    "SELECT ARRAY(SELECT 1 FROM d.q) FROM (d.t JOIN d.u USING (a)) LEFT JOIN (SELECT * FROM d.v) ON TRUE",
    ["d.q", "d.t", "d.u", "d.v"],
  ],
  ["SELECT EXTRACT(DAY FROM a.b), a IS NOT DISTINCT FROM b.c FROM d.t", ["d.t"]],
  ["SELECT * FROM ML.PREDICT(MODEL d.m, TABLE d.t)", ["d.t"]],
  ["SELECT d.fn(x), NET.HOST(y), SAFE.SUBSTR(z, 1) FROM d.tvf(TABLE d.t)", ["d.fn()", "d.tvf()", "d.t"]],
  ["SELECT * FROM `d.events_*` WHERE _TABLE_SUFFIX > '1'", ["d.events_*"]],
  ["SELECT * FROM `region-us`.INFORMATION_SCHEMA.JOBS", ["region-us.INFORMATION_SCHEMA.JOBS"]],
  ["FROM d.t |> JOIN d.u USING (a) |> AGGREGATE COUNT(*) AS n", ["d.t", "d.u"]],
  ["INSERT INTO d.t (a, b) SELECT a, b FROM d.u", ["d.t", "d.u"]],
  ["MERGE d.t USING d.u ON FALSE WHEN NOT MATCHED THEN INSERT ROW", ["d.t", "d.u"]],
  ["CREATE TABLE d.t (a INT64)", ["d.t"]],
];

describe("the imitation's reading of a statement", () => {
  it.each(TYPES)("%s is %s", (sql, type) => {
    expect(shapeOf(sql).type).toBe(type);
  });

  it.each(NAMES)("%s names %j", (sql, names) => {
    const paths = shapeOf(sql).statements.flatMap(namedPaths);
    expect(paths.map(({ parts, kind }) => `${parts.join(".")}${kind === "routine" ? "()" : ""}`)).toEqual(
      names,
    );
  });

  it.each([
    ["SELEC 1", 'Syntax error: Unexpected identifier "SELEC" at [1:1]'],
    ["SELECT 1,\n 'a", "Syntax error: Unclosed string literal at [2:2]"],
    ["SELECT /* 1", "Syntax error: Unclosed comment at [1:8]"],
    [" -- nothing", "Syntax error: Unexpected end of statement"],
    ["EXPLAIN SELECT 1", 'Syntax error: Unexpected identifier "EXPLAIN" at [1:1]'],
  ])("%j is refused as BigQuery would", (sql, message) => {
    expect(() => shapeOf(sql)).toThrow(message);
  });
});
