import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { pageAnswer } from "../../../support/bigquery/stand-in.ts";
import { ASKER, ONE, quiet, SELECT, start } from "./stand-in-warehouse.fixture.ts";

describe("a SELECT", () => {
  it("runs as a job with the byte cap, a deadline, labels and the location that the dry run found", async () => {
    const { standIn, warehouse } = await start();
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toEqual({
      kind: "rows",
      schema: [{ name: "one", type: "INT64", mode: "NULLABLE" }],
      rows: [{ one: 1 }],
      totalRows: 1,
      truncatedBy: null,
      next: null,
      bytesProcessed: null,
      bytesBilled: null,
      cacheHit: null,
      estimatedCostUsd: null,
    });
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun", "insert", "results"]);
    const [dryRun, insert, results] = standIn.calls;
    const query = {
      query: SELECT.sql,
      useLegacySql: false,
      useQueryCache: true,
    };
    expect(dryRun?.body).toMatchObject({ configuration: { query, dryRun: true } });
    expect(insert?.body).toMatchObject({
      configuration: {
        query: { ...query, maximumBytesBilled: "10737418240" },
        jobTimeoutMs: expect.stringMatching(/^\d+$/),
        labels: { tool: "query_bigquery", principal: ASKER.owner, request_id: ASKER.requestId },
      },
      jobReference: {
        projectId: "stand-in",
        location: "EU",
        jobId: expect.stringMatching(/^query_[0-9a-f-]+$/),
      },
    });
    expect(insert?.body).not.toHaveProperty("configuration.dryRun");
    expect(results?.query).toMatchObject({ location: "EU", "formatOptions.useInt64Timestamp": "true" });
    expect(results?.query).not.toHaveProperty("skipParsing");
  });

  it("sends the owner's location, default dataset and cap", async () => {
    const { standIn, warehouse } = await start(
      {},
      {
        authClient: new PassThroughClient(),
        projectId: "stand-in",
        location: "europe-west1",
        defaultDataset: "other.sales",
        maximumBytesBilled: 1_000_000,
      },
    );
    await warehouse.runQuery(SELECT, quiet());
    expect(standIn.calls.find(({ kind }) => kind === "insert")?.body).toMatchObject({
      configuration: {
        query: {
          maximumBytesBilled: "1000000",
          defaultDataset: { projectId: "other", datasetId: "sales" },
        },
      },
    });
    expect(standIn.calls[0]?.body).toMatchObject({ jobReference: { location: "europe-west1" } });
  });

  it("is waited for while it runs, and read page by page to its end", async () => {
    const { standIn, warehouse } = await start({
      results: (_call, n) => {
        if (n === 0) return { body: { jobComplete: false } };
        if (n === 1) return pageAnswer(ONE, [["1"], ["2"]], { totalRows: "3", pageToken: "next" });
        return pageAnswer(ONE, [["3"]], { totalRows: "3" });
      },
    });
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toMatchObject({
      kind: "rows",
      rows: [{ n: 1 }, { n: 2 }, { n: 3 }],
      totalRows: 3,
      truncatedBy: null,
      next: null,
    });
    expect(standIn.calls.at(-1)?.query["pageToken"]).toBe("next");
  });

  it("without rows answers none", async () => {
    const { warehouse } = await start({ results: () => pageAnswer(ONE, [], { rows: undefined }) });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({
      kind: "rows",
      schema: [{ name: "n", type: "INT64" }],
      rows: [],
      totalRows: 0,
      truncatedBy: null,
      next: null,
    });
  });

  it("stops at maxRows, says so, and asks for no further page", async () => {
    const { standIn, warehouse } = await start({
      results: () => pageAnswer(ONE, [["1"], ["2"]], { totalRows: "5000000", pageToken: "next" }),
    });
    const outcome = await warehouse.runQuery({ ...SELECT, maxRows: 2 }, quiet());
    expect(outcome).toMatchObject({
      kind: "rows",
      rows: [{ n: 1 }, { n: 2 }],
      totalRows: 5_000_000,
      truncatedBy: "max_results",
      next: { job: expect.stringMatching(/^query_/), location: "EU", start: 2 },
    });
    expect(standIn.count("results")).toBe(1);
    expect(standIn.calls.at(-1)?.query["maxResults"]).toBe("2");
  });

  it("holds no more than maxRows when a page has more than was asked for", async () => {
    const { warehouse } = await start({ results: () => pageAnswer(ONE, [["1"], ["2"], ["3"]]) });
    const outcome = await warehouse.runQuery({ ...SELECT, maxRows: 2 }, quiet());
    expect(outcome).toMatchObject({ rows: [{ n: 1 }, { n: 2 }], totalRows: 3, truncatedBy: "max_results" });
  });

  const LONG = [{ name: "s", type: "STRING" }];
  const long = (count: number, length: number) => () =>
    pageAnswer(
      LONG,
      Array.from({ length: count }, () => ["é".repeat(length)]),
    );

  it("stops below its characters of JSON, the schema among them", async () => {
    const { warehouse } = await start({ results: long(50, 12) });
    const outcome = await warehouse.runQuery({ ...SELECT, maxCharacters: 150 }, quiet());
    if (outcome.kind !== "rows") throw new Error("rows were expected");
    expect(outcome).toMatchObject({ truncatedBy: "size", totalRows: 50, next: { start: 4 } });
    expect(outcome.rows).toHaveLength(4);
    expect(JSON.stringify(outcome.schema).length + JSON.stringify(outcome.rows).length).toBeLessThanOrEqual(
      150,
    );
  });

  it("gives the rows before one that no answer can hold, and then says so", async () => {
    const rows = [["a"], ["b"], ["x".repeat(200_000)], ["c"]];
    const { warehouse } = await start({
      results: ({ query }) =>
        pageAnswer(LONG, rows.slice(Number(query["startIndex"] ?? 0)), { totalRows: "4" }),
    });
    const first = await warehouse.runQuery(SELECT, quiet());
    if (first.kind !== "rows" || first.next === null) throw new Error("rows and a next page were expected");
    expect(first).toMatchObject({ rows: [{ s: "a" }, { s: "b" }], truncatedBy: "size" });
    const second = await warehouse.readPage(first.next, SELECT, quiet());
    expect(second).toMatchObject({ kind: "failure", code: "result_too_large" });
  });
});
