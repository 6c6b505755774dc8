import { beforeAll, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { serveFolder } from "./serve-folder.fixture.ts";

const TIMEOUT_MS = 60_000;
const ORDERS = "id,amount,day\n1,10.5,2024-01-31\n2,20,2024-02-01\n";
const CUSTOMERS = "id,name\n1,Ada\n";

describeWith("sandbox", "dry_run of the embedded warehouse", () => {
  const at = serveFolder();
  beforeAll(() => {
    at.write("shop/orders.csv", ORDERS);
    at.write("shop/customers.csv", CUSTOMERS);
  });
  const dryRun = async (sql: string, more: object = {}) => at.query({ sql, dry_run: true, ...more });

  it(
    "answers every field, names the tables and their bytes, and runs nothing",
    async () => {
      const sql =
        "SELECT c.name, SUM(o.amount) AS total, COUNT(*) FROM demo.shop.orders o JOIN `demo.shop.customers` c ON c.id = o.id JOIN demo.shop.orders p ON p.id = o.id GROUP BY c.name";
      const { status, body } = await dryRun(sql);
      expect(status).toBe(200);
      expect(body).toEqual({
        success: true,
        status: "succeeded",
        data: [],
        schema: [
          { name: "name", type: "STRING", mode: "NULLABLE" },
          { name: "total", type: "FLOAT64", mode: "NULLABLE" },
          { name: "f0_", type: "INT64", mode: "NULLABLE" },
        ],
        row_count: 0,
        total_rows: null,
        truncated: false,
        truncated_by: null,
        next_page_token: null,
        bytes_processed: ORDERS.length + CUSTOMERS.length,
        bytes_billed: null,
        cache_hit: null,
        estimated_cost_usd: 0,
        statement_type: "SELECT",
        tables: ["demo.shop.orders", "demo.shop.customers"],
        query_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error: null,
        execution_time: expect.any(Number),
        timestamp: expect.any(String),
        request_id: expect.any(String),
      });
      const run = await at.query({ sql });
      expect(run.body.schema).toEqual(body.schema);
      expect(run.body.bytes_processed).toBe(body.bytes_processed);
    },
    TIMEOUT_MS,
  );

  it(
    "of a statement that would never end is there at once",
    async () => {
      const sql =
        "SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 9";
      const { body } = await dryRun(sql, { timeout: 20 });
      expect(body).toMatchObject({ success: true, bytes_processed: 0, tables: [] });
    },
    TIMEOUT_MS,
  );

  it(
    "takes parameters of every kind, and a default dataset",
    async () => {
      const { body } = await dryRun("SELECT @a AS a, @b AS b, id FROM orders WHERE day = @c", {
        params: {
          a: [1, 2],
          b: { type: "STRUCT<x INT64>", value: { x: 1 } },
          c: { type: "DATE", value: "2024-01-31" },
        },
        dataset: "demo.shop",
      });
      expect(body).toMatchObject({
        success: true,
        schema: [
          { name: "a", type: "INT64", mode: "REPEATED" },
          { name: "b", type: "STRUCT" },
          { name: "id", type: "INT64" },
        ],
        tables: ["demo.shop.orders"],
      });
    },
    TIMEOUT_MS,
  );

  it.each([
    ["that does not parse", "SELEC 1", 200, "invalid_query"],
    ["over a missing table", "SELECT * FROM demo.shop.nothing", 200, "table_not_found"],
    ["over a missing column", "SELECT nothing FROM demo.shop.orders", 200, "invalid_query"],
    ["that reads a file", "SELECT * FROM read_csv('/etc/passwd')", 200, "unsupported_sql"],
    ["that writes", "DELETE FROM demo.shop.orders WHERE TRUE", 403, "write_not_allowed"],
    ["that is two", "SELECT 1; SELECT 2", 400, "multiple_statements"],
  ])(
    "of a statement %s says what running it would say",
    async (_what, sql, status, code) => {
      const dry = await dryRun(sql);
      expect([dry.status, dry.body.code]).toEqual([status, code]);
      const run = await at.query({ sql });
      expect([run.status, run.body.code, run.body.error]).toEqual([status, code, dry.body.error]);
    },
    TIMEOUT_MS,
  );

  it("of a page is refused", async () => {
    const { status, body } = await dryRun("SELECT 1", { page_token: "abc" });
    expect([status, body.code]).toEqual([400, "validation_failed"]);
    expect(body.error).toContain("leave out dry_run, or page_token");
  });
});
