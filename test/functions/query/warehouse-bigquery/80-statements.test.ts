import { describe, expect, it } from "@jest/globals";
import { type Answer, errorAnswer, jobAnswer } from "../../../support/bigquery/stand-in.ts";
import { shapeOf } from "../../../support/bigquery/statement-type.ts";
import { ASKER, quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

/** Says what kind of statement it is by the stand-in's own reading, which shares no line with the gates. */
const dryRun: Answer = (call) => {
  const sql: unknown = Object(call.body).configuration.query.query;
  try {
    return jobAnswer(call, { statementType: shapeOf(String(sql)).type });
  } catch {
    return errorAnswer(400, "invalidQuery", "Syntax error at [1:1]");
  }
};

const READS = [
  "SELECT 1",
  "select 1;",
  "SELECT 1 ;  -- done",
  "/* DELETE FROM d.t */ SELECT 1",
  "# DROP TABLE d.t\nSELECT 1",
  "SELECT 'DROP TABLE d.t; DELETE FROM d.t'",
  'SELECT """; DELETE FROM d.t WHERE TRUE;"""',
  "SELECT r'\\'; DROP TABLE d.t -- '",
  "SELECT `delete` FROM d.`drop`",
  "SELECT d.update, d.insert FROM d.t AS d",
  "(SELECT 1)",
  "((SELECT 1) UNION ALL (SELECT 2)) ORDER BY 1",
  "WITH a AS (SELECT 1) SELECT * FROM a",
  "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 9) SELECT * FROM n",
  "FROM d.t",
  "FROM d.t |> WHERE x > 1 |> AGGREGATE COUNT(*) GROUP BY y",
  "SELECT * FROM d.t FOR SYSTEM_TIME AS OF TIMESTAMP '2024-01-01'",
  "SELECT * FROM d.t TABLESAMPLE SYSTEM (1 PERCENT)",
  "SELECT * FROM d.INFORMATION_SCHEMA.TABLES",
  "SELECT * FROM ML.PREDICT((SELECT 1 AS x), TABLE d.t)",
  "SELECT IF(TRUE, 'begin', 'end')",
  "SELECT CASE WHEN TRUE THEN 1 END",
  "SELECT @p + @q",
  "CREATE TEMP FUNCTION f(x INT64) AS (x + 1); SELECT f(1)",
  "SELECT 1 /* /* */ -- */",
];

const REFUSED = [
  "INSERT d.t VALUES (1)",
  "insert into d.t (x) values (1)",
  "INSERT INTO d.t SELECT * FROM d.u",
  "UPDATE d.t SET x = 1 WHERE TRUE",
  "DELETE d.t WHERE TRUE",
  "DELETE FROM d.t WHERE x = 1",
  "MERGE d.t USING d.u ON t.x = u.x WHEN MATCHED THEN DELETE",
  "TRUNCATE TABLE d.t",
  "CREATE TABLE d.t (x INT64)",
  "CREATE OR REPLACE TABLE d.t AS SELECT 1 AS x",
  "CREATE TABLE IF NOT EXISTS d.t LIKE d.u",
  "CREATE TABLE d.t COPY d.u",
  "CREATE SNAPSHOT TABLE d.s CLONE d.t",
  "CREATE EXTERNAL TABLE d.t OPTIONS (format = 'CSV', uris = ['gs://b/f.csv'])",
  "CREATE VIEW d.v AS SELECT 1 AS x",
  "CREATE MATERIALIZED VIEW d.v AS SELECT COUNT(*) AS n FROM d.t",
  "CREATE FUNCTION d.f(x INT64) AS (x)",
  "CREATE FUNCTION d.f(x INT64) RETURNS INT64 REMOTE WITH CONNECTION `p.us.c` OPTIONS (endpoint = 'https://example.com')",
  "CREATE TABLE FUNCTION d.f(x INT64) AS SELECT x",
  "CREATE PROCEDURE d.p() BEGIN SELECT 1; DELETE FROM d.t WHERE TRUE; END",
  "CREATE MODEL d.m OPTIONS (model_type = 'linear_reg') AS SELECT 1 AS x, 2 AS label",
  "CREATE SCHEMA d2",
  "CREATE ROW ACCESS POLICY p ON d.t GRANT TO ('allUsers') FILTER USING (TRUE)",
  "CREATE SEARCH INDEX i ON d.t(ALL COLUMNS)",
  "CREATE VECTOR INDEX i ON d.t(v) OPTIONS (index_type = 'IVF')",
  "CREATE TEMP TABLE t AS SELECT 1 AS x",
  "ALTER TABLE d.t ADD COLUMN y INT64",
  "ALTER SCHEMA d SET OPTIONS (description = 'x')",
  "ALTER PROJECT p SET OPTIONS (`region-us.default_time_zone` = 'UTC')",
  "DROP TABLE d.t",
  "DROP TABLE IF EXISTS d.t",
  "DROP SCHEMA d CASCADE",
  "DROP ALL ROW ACCESS POLICIES ON d.t",
  "UNDROP SCHEMA d",
  "GRANT `roles/bigquery.dataViewer` ON TABLE d.t TO 'allUsers'",
  "REVOKE `roles/bigquery.dataViewer` ON SCHEMA d FROM 'user:a@example.com'",
  "EXPORT DATA OPTIONS (uri = 'gs://b/*.csv', format = 'CSV') AS SELECT * FROM d.t",
  "EXPORT MODEL d.m OPTIONS (uri = 'gs://b/m')",
  "LOAD DATA INTO d.t FROM FILES (format = 'CSV', uris = ['gs://b/f.csv'])",
  "CALL d.p()",
  "CALL BQ.REFRESH_MATERIALIZED_VIEW('p.d.v')",
  "ASSERT (SELECT COUNT(*) FROM d.t) > 0 AS 'empty'",
  "SELECT 1; SELECT 2",
  "SELECT 1; DELETE FROM d.t WHERE TRUE",
  "SELECT 1 /* /* */ ; DELETE FROM d.t WHERE TRUE -- */",
  "SELECT 1 -- '\n; DROP TABLE d.t -- '",
  "SELECT '''a'''; DROP TABLE d.t",
  "SELECT 1;\u00a0DROP TABLE d.t",
  "SELECT r'\\\\'; DROP TABLE d.t",
  "DECLARE x INT64; SET x = 1; SELECT x",
  "BEGIN SELECT 1; END",
  "BEGIN TRANSACTION; DELETE FROM d.t WHERE TRUE; COMMIT TRANSACTION",
  "IF TRUE THEN DELETE FROM d.t WHERE TRUE; END IF",
  "WHILE TRUE DO SELECT 1; END WHILE",
  "FOR r IN (SELECT 1) DO DELETE FROM d.t WHERE TRUE; END FOR",
  "EXECUTE IMMEDIATE 'DROP TABLE d.t'",
  "EXECUTE IMMEDIATE 'DELETE FROM d.t WHERE x = ?' USING 1",
  "label: BEGIN SELECT 1; END label",
  "CREATE TEMP FUNCTION f() AS (1); DELETE FROM d.t WHERE x = f()",
  "FROM d.t |> WHERE TRUE |> INSERT INTO d.u",
  "FROM d.t |> EXPORT DATA OPTIONS (uri = 'gs://b/*')",
  "EXPLAIN SELECT 1",
  "SET x = 1",
  "RAISE USING MESSAGE = 'x'",
  "SELECT AI.GENERATE('x')",
  "SELECT * FROM EXTERNAL_QUERY('p.us.c', 'DELETE FROM t')",
  "SELECT * FROM ML.GENERATE_TEXT(MODEL d.m, TABLE d.t)",
  "SELECT * FROM `region-us`.INFORMATION_SCHEMA.JOBS",
  " ",
  ";",
  "-- nothing",
];

describe("read-only, with a credential that may write", () => {
  const asker = { ...ASKER, mayWrite: true };

  it("is tried with eighty statements and more", () => {
    expect(READS.length + REFUSED.length).toBeGreaterThanOrEqual(80);
  });

  it.each(READS)("runs %j", async (sql) => {
    const { standIn, warehouse } = await start({ dryRun });
    expect(await warehouse.runQuery({ ...SELECT, sql }, { ...quiet(), asker })).toMatchObject({
      kind: "rows",
    });
    expect(standIn.count("insert")).toBe(1);
  });

  it.each(REFUSED)("does not run %j", async (sql) => {
    const { standIn, warehouse } = await start({ dryRun });
    const outcome: unknown = await warehouse
      .runQuery({ ...SELECT, sql }, { ...quiet(), asker })
      .catch((thrown: unknown) => thrown);
    expect([
      "write_not_allowed",
      "multiple_statements",
      "external_not_allowed",
      "dataset_not_allowed",
      "invalid_query",
    ]).toContain(Object(outcome).code);
    expect(standIn.count("insert")).toBe(0);
  });
});
