import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { post } from "../../support/post.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ QUERY_RATE_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

const query = (sql: string, more: object = {}) => post(server, "/query", { sql, ...more });

describeWith("sandbox", "POST /query", () => {
  it("answers every field of the contract, by both paths", async () => {
    for (const path of ["/query", "/query_bigquery"]) {
      const { status, body } = await post(server, path, { sql: "SELECT 1 AS one" });
      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        status: "succeeded",
        data: [{ one: 1 }],
        schema: [{ name: "one", type: "INT64", mode: "NULLABLE" }],
        row_count: 1,
        total_rows: 1,
        truncated: false,
        truncated_by: null,
        next_page_token: null,
        bytes_processed: 0,
        bytes_billed: 0,
        cache_hit: false,
        estimated_cost_usd: 0,
        query_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error: null,
        execution_time: expect.any(Number),
        timestamp: expect.stringMatching(/Z$/),
        request_id: expect.any(String),
      });
    }
  });

  it.each([
    ["a limit", "SELECT * FROM `demo.sales.customers` LIMIT 10", 10],
    [
      "an aggregation",
      "SELECT category, COUNT(*) AS n, AVG(revenue) AS average FROM `demo.sales.transactions` GROUP BY category",
      4,
    ],
    [
      "a join",
      "SELECT c.country, SUM(t.revenue) AS total FROM `demo.sales.transactions` t JOIN `demo.sales.customers` c ON c.customer_id = t.customer_id GROUP BY c.country",
      8,
    ],
    [
      "the top ten by revenue",
      "SELECT c.name, SUM(t.revenue) AS total FROM `demo.sales.transactions` t JOIN `demo.sales.customers` c ON c.customer_id = t.customer_id GROUP BY c.name ORDER BY total DESC LIMIT 10",
      10,
    ],
  ])("answers %s over the sample project", async (_what, sql, rows) => {
    const { body } = await query(sql);
    expect(body).toMatchObject({
      success: true,
      error: null,
      row_count: rows,
      total_rows: rows,
      truncated: false,
    });
  });

  it("keeps what values mean in JSON", async () => {
    const { body } =
      await query(`SELECT 9007199254740993 AS big, 42 AS small, NUMERIC '12345678901234567890.123' AS money,
      DATE '2026-01-31' AS day, TIMESTAMP '2026-01-31 10:00:00+00' AS moment, b'ab' AS bytes, [1, 2] AS list,
      STRUCT('x' AS a, 1 AS b) AS pair, CAST(NULL AS STRING) AS nothing, TRUE AS yes, 1.5 AS half`);
    expect(body.data).toEqual([
      {
        big: "9007199254740993",
        small: 42,
        money: "12345678901234567890.123",
        day: "2026-01-31",
        moment: "2026-01-31T10:00:00Z",
        bytes: "YWI=",
        list: [1, 2],
        pair: { a: "x", b: 1 },
        nothing: null,
        yes: true,
        half: 1.5,
      },
    ]);
  });

  it("stops at max_results and says how many there are", async () => {
    const { body } = await query("SELECT * FROM `demo.sales.transactions`", { max_results: 7 });
    expect(body).toMatchObject({ row_count: 7, total_rows: 5000, truncated: true });
  });

  it("stops where ChatGPT would refuse the answer", async () => {
    const response = await server.request("/query", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ sql: "SELECT * FROM `demo.web.events`", max_results: 10_000 }),
    });
    const text = await response.text();
    expect(text.length).toBeLessThan(100_000);
    const body = JSON.parse(text);
    expect(body).toMatchObject({ error: null, success: true, truncated: true, total_rows: 20_000 });
    expect(body.row_count).toBe(body.data.length);
    expect(body.row_count).toBeGreaterThan(100);
  });

  it("sees a file that is dropped in, without a restart, and forgets one that is gone", async () => {
    const folder = join(server.dataFolder, "warehouse", "demo", "dropped");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "fruit.csv"), "name,price\napple,1.5\npear,2\n");
    const there = await query("SELECT name FROM `demo.dropped.fruit` ORDER BY price DESC");
    expect(there.body.data).toEqual([{ name: "pear" }, { name: "apple" }]);
    rmSync(folder, { recursive: true });
    expect((await query("SELECT name FROM `demo.dropped.fruit`")).body.code).toBe("table_not_found");
  });
});

describeWith("sandbox", "POST /query with bad SQL", () => {
  it.each([
    ["SQL that does not parse", "SELEC 1", 200, "invalid_query"],
    ["a missing table", "SELECT * FROM `demo.sales.orders`", 200, "table_not_found"],
    ["a missing column", "SELECT nothing FROM `demo.sales.customers`", 200, "invalid_query"],
    ["a file of the host", "SELECT * FROM read_csv('/etc/passwd')", 200, "unsupported_sql"],
    ["a file by its name alone", "SELECT * FROM '/etc/passwd'", 200, "unsupported_sql"],
    ["the environment", "SELECT getenv('CODEX_API_TOKEN')", 200, "unsupported_sql"],
    ["two statements", "SELECT 1; SELECT 2", 400, "multiple_statements"],
    ["a write", "DELETE FROM `demo.sales.customers` WHERE TRUE", 403, "write_not_allowed"],
    ["a new table", "CREATE TABLE demo.sales.x AS SELECT 1", 403, "write_not_allowed"],
  ])("%s", async (_what, sql, status, code) => {
    const answer = await query(sql);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.success).toBe(false);
    expect(JSON.stringify(answer.body)).not.toContain(server.dataFolder);
    expect(answer.body.error).not.toMatch(/\/warehouse\/|duckdb/i);
  });

  it("names the tables that are there when one is not", async () => {
    expect((await query("SELECT * FROM demo.sales.orders")).body.error).toContain("customers, transactions");
  });

  it("ends a statement at its timeout and serves the next", async () => {
    const endless =
      "SELECT SUM(LENGTH(REGEXP_REPLACE(a.page, '[a-z]', b.page))) AS n FROM `demo.web.events` a, `demo.web.events` b";
    const { status, body } = await query(endless, { timeout: 1 });
    expect([status, body.code, body.success]).toEqual([200, "query_timed_out", false]);
    expect((await query("SELECT 1 AS one")).body.data).toEqual([{ one: 1 }]);
  });
});
