import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type { Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { parseAllowedDatasets } from "#functions/query/warehouse/warehouse-bigquery/gates/allowed-datasets.ts";
import { type ImitatedBigquery, startImitatedBigquery } from "../../support/bigquery/imitated-bigquery.ts";
import { describeWith } from "../../support/capabilities.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { type RunningQuery, serveBigquery, serveQuery } from "./serve-query.fixture.ts";

const TIMEOUT_MS = 60_000;
const ENDLESS = "SELECT 'endless' AS word FROM shop.orders";

/** Two instances of the function in front of one BigQuery; they share nothing but the signing key. */
function twoInstances() {
  let bigquery: ImitatedBigquery;
  const warehouses: Warehouse[] = [];
  const servers: RunningQuery[] = [];
  beforeAll(async () => {
    bigquery = await startImitatedBigquery({
      files: {
        "shop/orders.csv": "id,amount\n1,10\n2,20\n3,30\n",
        "shop/large.csv": "id\n1\n",
        "secret/salaries.csv": "name,amount\nAda,1\n",
      },
      tables: { "shop.large": { numBytes: 5 * 1024 ** 4 } },
      isEndless: (sql) => sql.includes("endless"),
    });
    for (let instance = 0; instance < 2; instance += 1) {
      const warehouse = createBigqueryWarehouse({
        authClient: new PassThroughClient(),
        projectId: bigquery.projectId,
        apiEndpoint: bigquery.endpoint,
        allowed: parseAllowedDatasets("shop", bigquery.projectId),
      });
      warehouses.push(warehouse);
      servers.push(await serveQuery(warehouse));
    }
    await bigquery.engine.warm();
  }, TIMEOUT_MS);
  afterAll(async () => {
    for (const server of servers) await server.stop();
    for (const warehouse of warehouses) await warehouse.close();
    await bigquery.close();
  }, TIMEOUT_MS);
  const server = (index: number) => {
    const found = servers[index];
    if (found === undefined) throw new Error("The servers run only while tests do.");
    return found;
  };
  return { one: () => server(0), other: () => server(1), bigquery: () => bigquery };
}

describeWith("sandbox", "a BigQuery job that was left running", () => {
  const at = twoInstances();
  const leave = async (sql: string, more: object = {}) =>
    (await at.one().query({ sql, wait_seconds: 0, ...more })).body;

  it(
    "is read to its end on another instance, by the limits and the format of its request",
    async () => {
      const request = { sql: "SELECT id FROM shop.orders ORDER BY id", max_results: 2, format: "columns" };
      const { query_id: id, status } = await leave(request.sql, request);
      expect(status).toBe("running");
      const first = (await at.other().get(`/query/results/${id}?wait_seconds=40`)).body;
      expect(first).toMatchObject({
        success: true,
        status: "succeeded",
        columns: { id: [1, 2] },
        total_rows: 3,
        truncated_by: "max_results",
      });
      const next = (await at.one().query({ ...request, page_token: first.next_page_token })).body;
      expect(next).toMatchObject({ columns: { id: [3] }, query_id: first.query_id });
    },
    TIMEOUT_MS,
  );

  it(
    "is cancelled on another instance, and then says so everywhere",
    async () => {
      const { query_id: id } = await leave(ENDLESS);
      expect((await at.other().get(`/query/results/${id}?wait_seconds=1`)).body.status).toBe("running");
      const { body } = await at.other().remove(`/query/results/${id}`);
      expect(body).toMatchObject({ success: true, cancelled: true });
      const after = (await at.one().get(`/query/results/${id}?wait_seconds=20`)).body;
      expect(after).toMatchObject({ success: false, status: "cancelled", code: "query_cancelled" });
      expect((await at.one().remove(`/query/results/${id}`)).body.cancelled).toBe(false);
    },
    TIMEOUT_MS,
  );

  it(
    "is nobody else's, and goes on when somebody else asks",
    async () => {
      const { query_id: id } = await leave(ENDLESS);
      for (const answer of [
        await at.one().get(`/query/results/${id}`, "noor"),
        await at.other().remove(`/query/results/${id}`, "noor"),
      ])
        expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
      expect((await at.one().get(`/query/results/${id}`)).body.status).toBe("running");
      await at.one().remove(`/query/results/${id}`);
    },
    TIMEOUT_MS,
  );

  it(
    "that BigQuery has forgotten is unknown",
    async () => {
      const { query_id: id } = await leave("SELECT id FROM shop.orders");
      at.bigquery().loseJobs();
      const answer = await at.one().get(`/query/results/${id}`);
      expect([answer.status, answer.body.code]).toEqual([404, "not_found"]);
    },
    TIMEOUT_MS,
  );

  it(
    "goes on when its caller leaves get_query, and is cancelled when one leaves query_bigquery",
    async () => {
      const { query_id: id } = await leave(ENDLESS);
      const asking = at.one().get(`/query/results/${id}?wait_seconds=40`, "ada", AbortSignal.timeout(300));
      await expect(asking).rejects.toThrow();
      const before = at.bigquery().jobs().length;
      const leaving = new AbortController();
      const gone = at.one().query({ sql: `${ENDLESS} -- again`, timeout: 50 }, "ada", leaving.signal);
      await waitUntil(() => at.bigquery().jobs().length > before);
      const cancels = () => at.bigquery().count("cancel");
      const known = cancels();
      leaving.abort();
      await expect(gone).rejects.toThrow();
      // Its own time would end it later.
      await waitUntil(() => cancels() > known, 30_000);
      expect((await at.one().get(`/query/results/${id}`)).body.status).toBe("running");
      await at.one().remove(`/query/results/${id}`);
    },
    TIMEOUT_MS,
  );
});

describeWith("sandbox", "BigQuery behind the front door", () => {
  const at = twoInstances();

  it(
    "tells what a statement would cost, and runs nothing",
    async () => {
      const before = at.bigquery().jobs().length;
      const { body } = await at.one().query({ sql: "SELECT id FROM shop.orders", dry_run: true });
      expect(body).toMatchObject({
        success: true,
        status: "succeeded",
        data: [],
        statement_type: "SELECT",
        tables: ["acme.shop.orders"],
        bytes_processed: 25,
        // 10 MiB are the least that a table is billed with.
        estimated_cost_usd: 0.00006,
      });
      expect(at.bigquery().jobs().length).toBe(before);
    },
    TIMEOUT_MS,
  );

  it(
    "prices a dry run beyond the cap, and refuses the run",
    async () => {
      const sql = "SELECT * FROM shop.large";
      const dry = (await at.one().query({ sql, dry_run: true })).body;
      expect(dry).toMatchObject({ success: true, bytes_processed: 5 * 1024 ** 4, estimated_cost_usd: 31.25 });
      const { status, body } = await at.one().query({ sql });
      expect([status, body.code, body.status]).toEqual([200, "bytes_limit_exceeded", "failed"]);
      expect(body.error).toMatch(/5 TiB.*10 GiB.*partitioned/);
    },
    TIMEOUT_MS,
  );

  it.each([
    ["a write", "DELETE FROM shop.orders WHERE TRUE", 403, "write_not_allowed"],
    ["a script", "SELECT 1; SELECT 2", 400, "multiple_statements"],
    ["a closed dataset", "SELECT * FROM secret.salaries", 403, "dataset_not_allowed"],
    ["a closed dataset's missing table", "SELECT * FROM secret.nothing", 403, "dataset_not_allowed"],
    ["a call to another service", "SELECT AI.GENERATE('x') FROM shop.orders", 403, "external_not_allowed"],
  ])(
    "refuses %s, run or dry",
    async (_what, sql, status, code) => {
      for (const more of [{}, { dry_run: true }]) {
        const answer = await at.one().query({ sql, ...more });
        expect([answer.status, answer.body.code]).toEqual([status, code]);
      }
    },
    TIMEOUT_MS,
  );

  it(
    "ends Google's sentences before ours, and names what there is",
    async () => {
      const { body } = await at.one().query({ sql: "SELECT * FROM shop.order" });
      expect(body).toMatchObject({ code: "table_not_found", status: "failed" });
      expect(body.error).toMatch(/^Not found: .* was not found in location US\. If it exists, .*: orders\b/);
    },
    TIMEOUT_MS,
  );

  it(
    "says what an answer cost",
    async () => {
      const sql = "SELECT COUNT(*) AS n FROM shop.orders";
      const first = (await at.one().query({ sql })).body;
      expect(first).toMatchObject({
        data: [{ n: 3 }],
        cache_hit: false,
        bytes_billed: expect.any(Number),
        estimated_cost_usd: expect.any(Number),
      });
      const second = (await at.one().query({ sql })).body;
      expect(second).toMatchObject({ cache_hit: true, bytes_billed: 0, estimated_cost_usd: 0 });
    },
    TIMEOUT_MS,
  );
});

describe("a dry run with more columns and tables than an answer has room for", () => {
  it("is cut, and says so", async () => {
    const fields = Array.from({ length: 5_000 }, (_, n) => ({ name: `column_number_${n}`, type: "STRING" }));
    const referencedTables = Array.from({ length: 1_000 }, (_, n) => ({
      projectId: "stand-in",
      datasetId: "d",
      tableId: `a_table_with_the_number_${n}`,
    }));
    const { query } = await serveBigquery({
      dryRun: () => ({
        body: {
          jobReference: { projectId: "stand-in", jobId: "j", location: "US" },
          status: { state: "DONE" },
          statistics: {
            totalBytesProcessed: "1",
            query: {
              statementType: "SELECT",
              totalBytesProcessed: "1",
              schema: { fields },
              referencedTables,
            },
          },
        },
      }),
    });
    const { body, text } = await query({ sql: "SELECT * FROM d.t", dry_run: true });
    expect(body).toMatchObject({ success: true, truncated: true });
    expect(text.length).toBeLessThanOrEqual(95_000);
    expect(body.schema.length).toBeGreaterThan(500);
    expect(body.tables.length).toBeGreaterThan(300);
  });
});
