import { BigQuery, type Query } from "@google-cloud/bigquery";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { describeWith } from "../capabilities.ts";
import { type ImitatedBigquery, startImitatedBigquery } from "./imitated-bigquery.ts";

let imitated: ImitatedBigquery;
let client: BigQuery;

const TERABYTES = 3 * 2 ** 40;

/** What a dry run says of a statement. */
async function dryRun(query: string, more: Query = {}) {
  const [, answer] = await client.createQueryJob({ query, dryRun: true, ...more });
  return answer.statistics?.query;
}

describeWith("sandbox", "the imitation of BigQuery, by Google's own client", () => {
  beforeAll(async () => {
    imitated = await startImitatedBigquery({
      files: { "shop/orders.csv": "id,paid\n1,1.5\n2,2.5\n3,3.5\n", "hr/pay.csv": "who,much\na,1\n" },
      tables: {
        "shop.totals": { view: "SELECT SUM(paid) AS paid FROM shop.orders" },
        "shop.both": { view: "SELECT t.paid, p.much FROM shop.totals AS t, hr.pay AS p" },
        "shop.huge": { numBytes: TERABYTES },
        "shop.secret": { isHidden: true },
      },
      locations: { hr: "US" },
      isEndless: (sql) => sql.includes("endless"),
    });
    await imitated.engine.warm();
    client = new BigQuery({
      projectId: "acme",
      apiEndpoint: imitated.endpoint,
      authClient: new PassThroughClient(),
      retryOptions: { autoRetry: false },
    });
  }, 60_000);
  afterAll(() => imitated.close(), 60_000);

  it("tells a statement's type, tables, bytes and columns, and makes no job", async () => {
    const before = imitated.jobs().length;
    expect(await dryRun("SELECT paid FROM shop.orders")).toMatchObject({
      statementType: "SELECT",
      totalBytesProcessed: "26",
      referencedTables: [{ projectId: "acme", datasetId: "shop", tableId: "orders" }],
      schema: { fields: [{ name: "paid", type: "FLOAT", mode: "NULLABLE" }] },
    });
    expect(await dryRun("DELETE FROM shop.orders WHERE TRUE")).toMatchObject({ statementType: "DELETE" });
    expect(imitated.jobs().length).toBe(before);
  });

  it("tells of the tables behind views", async () => {
    const { referencedTables = [] } = (await dryRun("SELECT * FROM shop.both")) ?? {};
    expect(referencedTables.map(({ datasetId, tableId }) => `${datasetId}.${tableId}`).sort()).toEqual([
      "hr.pay",
      "shop.orders",
    ]);
  });

  it("answers a statement over views, in pages by opaque tokens that are good for their job alone", async () => {
    const [both] = await client.query("SELECT paid, much FROM shop.both");
    expect(both).toEqual([{ paid: 7.5, much: 1 }]);
    const [one] = await client.createQueryJob("SELECT id FROM shop.orders ORDER BY id");
    const [other] = await client.createQueryJob("SELECT id AS n FROM shop.orders ORDER BY id");
    const [rows, next] = await one.getQueryResults({ maxResults: 2, autoPaginate: false });
    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
    const [rest] = await one.getQueryResults({ ...next, autoPaginate: false });
    expect(rest).toEqual([{ id: 3 }]);
    const pageToken = next?.pageToken;
    await expect(other.getQueryResults({ ...(pageToken ? { pageToken } : {}) })).rejects.toMatchObject({
      code: 400,
    });
    await expect(one.getQueryResults({ pageToken: "forged" })).rejects.toMatchObject({ code: 400 });
  });

  it("bills whole MiB, ten at least, and nothing for what it remembers", async () => {
    const billed = async (query: Query) => {
      const [job] = await client.createQueryJob(query);
      await job.getQueryResults();
      const [{ statistics }] = await job.getMetadata();
      return [statistics.query.cacheHit, statistics.query.totalBytesBilled];
    };
    expect(await billed({ query: "SELECT 1 AS one" })).toEqual([false, "0"]);
    expect(await billed({ query: "SELECT MAX(id) AS m FROM shop.orders" })).toEqual([
      false,
      String(10 * 2 ** 20),
    ]);
    expect(await billed({ query: "SELECT MAX(id) AS m FROM shop.orders" })).toEqual([true, "0"]);
    expect(await billed({ query: "SELECT MAX(id) AS m FROM shop.orders", useQueryCache: false })).toEqual([
      false,
      String(10 * 2 ** 20),
    ]);
  });

  it("refuses what would bill more than the cap, what is hidden, what is not there, and an id twice", async () => {
    const run = async (query: Query) => {
      const [job] = await client.createQueryJob(query);
      await job.getQueryResults();
    };
    await expect(
      run({ query: "SELECT * FROM shop.huge", maximumBytesBilled: "1000000" }),
    ).rejects.toMatchObject({
      errors: [{ reason: "bytesBilledLimitExceeded" }],
    });
    await expect(run({ query: "SELECT * FROM shop.secret" })).rejects.toMatchObject({ code: 403 });
    await expect(dryRun("SELECT * FROM shop.secret")).rejects.toMatchObject({ code: 403 });
    await expect(dryRun("SELECT * FROM shop.nowhere")).rejects.toMatchObject({ code: 404 });
    // A function before a SELECT is one statement there, and none that the engine has.
    const withFunction = "CREATE TEMP FUNCTION f() AS (1); SELECT f()";
    await expect(dryRun(withFunction)).rejects.toMatchObject({ errors: [{ reason: "invalidQuery" }] });
    await run({ query: "SELECT 1", jobId: "twice" });
    await expect(run({ query: "SELECT 1", jobId: "twice" })).rejects.toMatchObject({ code: 409 });
  });

  it("ends a job that is cancelled, and one whose time is up", async () => {
    const [job] = await client.createQueryJob("SELECT 'endless' AS x");
    await job.cancel();
    await expect(job.getQueryResults()).rejects.toMatchObject({ errors: [{ reason: "stopped" }] });
    const [late] = await client.createQueryJob({ query: "SELECT 'endless' AS y", jobTimeoutMs: 100 });
    await expect(late.getQueryResults()).rejects.toThrow("Job timed out after 0.1s");
  });

  it("writes nothing, and says which statements came so far", async () => {
    const [job] = await client.createQueryJob("DELETE FROM shop.orders WHERE TRUE");
    await job.getQueryResults();
    expect(imitated.jobs().at(-1)?.analysis?.statementType).toBe("DELETE");
    const [rows] = await client.query("SELECT COUNT(*) AS n FROM shop.orders");
    expect(rows).toEqual([{ n: 3 }]);
  });

  it("lists and describes what there is, and no hidden table", async () => {
    const [datasets] = await client.getDatasets();
    expect(datasets.map(({ id }) => id).sort()).toEqual(["hr", "shop"]);
    const [tables] = await client.dataset("shop").getTables();
    expect(tables.map(({ id }) => id).sort()).toEqual(["both", "huge", "orders", "totals"]);
    const [view] = await client.dataset("shop").table("totals").getMetadata();
    expect(view).toMatchObject({ type: "VIEW", view: { query: expect.stringContaining("SUM(paid)") } });
  });
});
