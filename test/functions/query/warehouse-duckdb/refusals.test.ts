import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../../support/capabilities.ts";
import { openTestWarehouse, type TestWarehouse } from "./test-warehouse.ts";

describeWith("sandbox", "what the embedded warehouse refuses", () => {
  let at: TestWarehouse;
  beforeAll(async () => {
    at = openTestWarehouse();
    at.write("shop/orders.csv", "id\n1\n2\n");
    await at.warehouse.warm();
  }, 60_000);
  afterAll(() => at.close());

  it.each([
    ["SELECT 1; SELECT 2"],
    ["SELECT 1; DROP TABLE shop.orders;"],
    ["SELECT 1 /* /* */ ; DELETE FROM shop.orders WHERE true -- */"],
    ["SELECT 1 # comment\n; DELETE FROM shop.orders WHERE true"],
  ])("more than one statement: %s", async (sql) => {
    await expect(at.query(sql)).rejects.toMatchObject({ code: "multiple_statements" });
  });

  it.each([
    ["DELETE FROM shop.orders WHERE TRUE"],
    ["/* SELECT */ INSERT INTO shop.orders VALUES (3)"],
    ["UPDATE shop.orders SET id = 1 WHERE TRUE"],
    ["CREATE TABLE shop.x AS SELECT 1"],
    ["DROP TABLE shop.orders"],
    ["MERGE INTO shop.orders USING shop.orders ON FALSE WHEN NOT MATCHED THEN INSERT ROW"],
    ["EXPORT DATA OPTIONS (uri='gs://x/*') AS SELECT 1"],
    ["CALL enable_logging()"],
    ["ATTACH 'x.db'"],
    ["COPY shop.orders TO '/tmp/x'"],
    ["PRAGMA database_list"],
  ])("a statement that is no query: %s", async (sql) => {
    await expect(at.query(sql)).rejects.toMatchObject({ code: "write_not_allowed" });
  });

  it("data-changing statements inside a query change nothing", async () => {
    const attempts = ["WITH d AS (DELETE FROM shop.orders WHERE TRUE) SELECT 1", "SELECT 1 INTO shop.x"];
    for (const sql of attempts) {
      const code = await at.query(sql).then(
        (outcome) => (outcome.kind === "failure" ? outcome.code : "rows"),
        (thrown: { code: string }) => thrown.code,
      );
      expect(["invalid_query", "unsupported_sql", "write_not_allowed"]).toContain(code);
    }
    expect(await at.rows("SELECT COUNT(*) AS n FROM shop.orders")).toEqual([{ n: 2 }]);
  });

  it.each([
    ["SELECT * FROM read_csv('/etc/passwd')", "Function READ_CSV"],
    ["SELECT * FROM enable_logging(storage='file')", "Function ENABLE_LOGGING"],
    ["SELECT getenv('HOME')", "Function GETENV"],
    ["SELECT * FROM query('SELECT 1')", "Function QUERY"],
    ["SELECT * FROM duckdb_settings()", "Function DUCKDB_SETTINGS"],
    ["SELECT `getenv`('HOME')", "Function GETENV"],
    ["SELECT gs_unnest_rows([1])", "Function GS_UNNEST_ROWS"],
    ["SELECT 'a'.upper()", "Function UPPER"],
    ["SELECT ST_GEOGPOINT(1, 2)", "Function ST_GEOGPOINT"],
    ["SELECT KEYS.NEW_KEYSET('AEAD_AES_GCM_256')", "Function KEYS.NEW_KEYSET"],
    ["SELECT * FROM shop.orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "FOR SYSTEM_TIME AS OF"],
    ["SELECT * FROM shop.orders TABLESAMPLE RESERVOIR (10 ROWS)", "This form of TABLESAMPLE"],
    ["SELECT * FROM shop.INFORMATION_SCHEMA.PARTITIONS", "INFORMATION_SCHEMA.PARTITIONS"],
    ["SELECT * FROM VECTOR_SEARCH(TABLE shop.orders, 'id', (SELECT 1))", "Function VECTOR_SEARCH"],
    ["SELECT * FROM EXTERNAL_QUERY('c', 'SELECT 1')", "Function EXTERNAL_QUERY"],
    ["SELECT * FROM ML.PREDICT(MODEL shop.m, TABLE shop.orders)", "Function ML.PREDICT"],
    ["SELECT * FROM AI.FORECAST(TABLE shop.orders, data_col => 'id')", "Function AI.FORECAST"],
    ["DECLARE x INT64", "DECLARE (scripting)"],
    ["SELECT @@project_id", "The system variable @@project_id"],
    ["FROM shop.orders |> FORK (SELECT id), (SELECT 1)", "The pipe operator FORK"],
  ])("%s, by name", async (sql, what) => {
    const outcome = await at.query(sql);
    expect(outcome).toMatchObject({ kind: "failure", code: "unsupported_sql" });
    expect(outcome).toHaveProperty(
      "message",
      expect.stringContaining("is not supported by the embedded warehouse."),
    );
    expect(outcome).toHaveProperty("message", expect.stringContaining(what));
  });

  it.each([
    ["SELECT FROM WHERE"],
    ["SELECT (1"],
    ["SELECT 1)"],
    ["SELECT 'unclosed"],
    ["SELECT 1 /* unclosed"],
    ["SELECT no_such_column FROM shop.orders"],
    ["SELECT a::INT64"],
    ["  -- nothing\n"],
    ["hello"],
    [`SELECT ${"(".repeat(5000)}1${")".repeat(5000)}`],
  ])("what does not parse or bind: %s", async (sql) => {
    const outcome = await at.query(sql);
    expect(outcome).toMatchObject({ kind: "failure", code: "invalid_query" });
    expect(JSON.stringify(outcome)).not.toMatch(/gs_|\/app|\/warehouse|at .*\.ts/i);
  });

  it.each([
    ["SELECT * FROM '/etc/passwd'"],
    ["SELECT * FROM `/etc/passwd`"],
    ['SELECT * FROM "shop/orders.csv"'],
    ["SELECT * FROM information_schema.tables"],
    ["SELECT * FROM pg_catalog.pg_tables"],
    ["SELECT * FROM sqlite_master"],
    ["SELECT * FROM `demo.shop...`"],
    ["SELECT * FROM `..`.`..`.`etc`"],
  ])("files and the engine's own tables: %s", async (sql) => {
    const outcome = await at.query(sql);
    expect(outcome.kind).toBe("failure");
    expect(JSON.stringify(outcome)).not.toMatch(/root:|nobody/);
  });

  it("division by zero, which DuckDB alone would answer with NULL", async () => {
    expect(await at.query("SELECT 1 / 0")).toMatchObject({ kind: "failure", code: "query_failed" });
    expect(await at.rows("SELECT SAFE_DIVIDE(1, 0) AS v")).toEqual([{ v: null }]);
  });
});
