import { generateKeyPairSync } from "node:crypto";
import { afterEach, describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import type { Statement, Warehouse } from "#functions/query/warehouse/warehouse.ts";
import {
  type BigqueryWarehouseOptions,
  createBigqueryWarehouse,
} from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { createLogger } from "#shared/observability/logger.ts";
import {
  type Answer,
  type BigqueryStandIn,
  type CallKind,
  errorAnswer,
  jobAnswer,
  pageAnswer,
  startBigqueryStandIn,
} from "../../../support/bigquery-stand-in.ts";

const ONE = [{ name: "n", type: "INTEGER" }];
const SELECT: Statement = {
  sql: "SELECT n FROM `p.d.t`",
  timeoutMs: 20_000,
  maxRows: 1000,
  maxCharacters: 95_000,
};

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(
  answers: Partial<Record<CallKind, Answer>> = {},
  options: BigqueryWarehouseOptions = { authClient: new PassThroughClient(), projectId: "stand-in" },
): Promise<{ standIn: BigqueryStandIn; warehouse: Warehouse }> {
  const standIn = await startBigqueryStandIn(answers);
  const warehouse = createBigqueryWarehouse({ ...options, apiEndpoint: standIn.endpoint });
  cleanups.push(
    () => standIn.close(),
    () => warehouse.close(),
  );
  return { standIn, warehouse };
}

const quiet = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });
const stillRunning: Answer = () => ({ body: { jobComplete: false } });

describe("the dry run is the gate:", () => {
  it.each(["INSERT", "DELETE", "CREATE_TABLE_AS_SELECT", "EXPORT_DATA", "CALL", "SELECT_INTO"])(
    "%s is refused and never sent as a real job",
    async (statementType) => {
      const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call, { statementType }) });
      const run = warehouse.runQuery({ ...SELECT, sql: "INSERT d.t VALUES (1)" }, quiet());
      await expect(run).rejects.toMatchObject({
        code: "write_not_allowed",
        message: expect.stringContaining(statementType),
      });
      expect(standIn.count("insert")).toBe(0);
    },
  );

  it("a script is refused as several statements", async () => {
    const { standIn, warehouse } = await start({
      dryRun: (call) => jobAnswer(call, { statementType: "SCRIPT" }),
    });
    const run = warehouse.runQuery({ ...SELECT, sql: "SELECT 1; DROP TABLE d.t" }, quiet());
    await expect(run).rejects.toMatchObject({ code: "multiple_statements" });
    expect(standIn.count("insert")).toBe(0);
  });

  it("a dry run that names no type lets nothing through", async () => {
    const { standIn, warehouse } = await start({ dryRun: (call) => jobAnswer(call) });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(standIn.count("insert")).toBe(0);
  });
});

describe("a SELECT", () => {
  it("runs as a job with the byte cap, a deadline, labels and the location that the dry run found", async () => {
    const { standIn, warehouse } = await start();
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toEqual({ kind: "rows", rows: [{ one: 1 }], totalRows: 1, truncated: false });
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun", "insert", "results"]);
    const [dryRun, insert, results] = standIn.calls;
    const query = {
      query: SELECT.sql,
      useLegacySql: false,
      useQueryCache: true,
      maximumBytesBilled: "10737418240",
    };
    expect(dryRun?.body).toMatchObject({ configuration: { query, dryRun: true } });
    expect(insert?.body).toMatchObject({
      configuration: {
        query,
        jobTimeoutMs: expect.stringMatching(/^\d+$/),
        labels: { tool: "query_bigquery" },
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
    expect(standIn.calls[0]?.body).toMatchObject({
      configuration: {
        query: {
          maximumBytesBilled: "1000000",
          defaultDataset: { projectId: "other", datasetId: "sales" },
        },
      },
      jobReference: { location: "europe-west1" },
    });
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
    expect(outcome).toEqual({
      kind: "rows",
      rows: [{ n: 1 }, { n: 2 }, { n: 3 }],
      totalRows: 3,
      truncated: false,
    });
    expect(standIn.calls.at(-1)?.query["pageToken"]).toBe("next");
  });

  it("without rows answers none", async () => {
    const { warehouse } = await start({ results: () => pageAnswer(ONE, [], { rows: undefined }) });
    expect(await warehouse.runQuery(SELECT, quiet())).toEqual({
      kind: "rows",
      rows: [],
      totalRows: 0,
      truncated: false,
    });
  });

  it("stops at maxRows, says so, and asks for no further page", async () => {
    const { standIn, warehouse } = await start({
      results: () => pageAnswer(ONE, [["1"], ["2"]], { totalRows: "5000000", pageToken: "next" }),
    });
    const outcome = await warehouse.runQuery({ ...SELECT, maxRows: 2 }, quiet());
    expect(outcome).toEqual({
      kind: "rows",
      rows: [{ n: 1 }, { n: 2 }],
      totalRows: 5_000_000,
      truncated: true,
    });
    expect(standIn.count("results")).toBe(1);
    expect(standIn.calls.at(-1)?.query["maxResults"]).toBe("2");
  });

  it("holds no more than maxRows when a page has more than was asked for", async () => {
    const { warehouse } = await start({ results: () => pageAnswer(ONE, [["1"], ["2"], ["3"]]) });
    const outcome = await warehouse.runQuery({ ...SELECT, maxRows: 2 }, quiet());
    expect(outcome).toMatchObject({ rows: [{ n: 1 }, { n: 2 }], totalRows: 3, truncated: true });
  });

  it.each([
    [100, 4],
    [10, 0],
  ])("stops below %i characters of JSON", async (maxCharacters, rows) => {
    const long = [{ name: "s", type: "STRING" }];
    const { warehouse } = await start({
      results: () =>
        pageAnswer(
          long,
          Array.from({ length: 50 }, () => ["é".repeat(12)]),
        ),
    });
    const outcome = await warehouse.runQuery({ ...SELECT, maxCharacters }, quiet());
    if (outcome.kind !== "rows") throw new Error("rows were expected");
    expect(outcome).toMatchObject({ truncated: true, totalRows: 50 });
    expect(outcome.rows).toHaveLength(rows);
    expect(JSON.stringify(outcome.rows).length).toBeLessThanOrEqual(maxCharacters);
  });
});

describe("a job is never left running:", () => {
  it("a statement that runs out of time is cancelled once and says so", async () => {
    const { standIn, warehouse } = await start({ results: stillRunning });
    const outcome = await warehouse.runQuery({ ...SELECT, timeoutMs: 1500 }, quiet());
    expect(outcome).toMatchObject({ kind: "failure", code: "query_timed_out" });
    expect(outcome).toHaveProperty("message", expect.stringContaining("1.5 s"));
    expect(standIn.count("cancel")).toBe(1);
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn));
  });

  it("a caller who leaves while rows are awaited has the job cancelled once, where it runs", async () => {
    const leaving = new AbortController();
    const { standIn, warehouse } = await start({
      results: () => {
        leaving.abort(new Error("left"));
        return new Promise(() => {});
      },
    });
    await expect(warehouse.runQuery(SELECT, { signal: leaving.signal })).rejects.toThrow("left");
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn));
    expect(standIn.calls.at(-1)?.query["location"]).toBe("EU");
  });

  it("a caller who leaves while the job is being created has it cancelled after it exists", async () => {
    const leaving = new AbortController();
    const order: string[] = [];
    const { standIn, warehouse } = await start({
      insert: async (call) => {
        leaving.abort(new Error("left"));
        await new Promise((resolve) => setTimeout(resolve, 200));
        order.push("created");
        return jobAnswer(call);
      },
      cancel: () => {
        order.push("cancelled");
        return { body: {} };
      },
    });
    await expect(warehouse.runQuery(SELECT, { signal: leaving.signal })).rejects.toThrow("left");
    expect(order).toEqual(["created", "cancelled"]);
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn));
  });

  it("a caller who leaves during the dry run starts no job", async () => {
    const leaving = new AbortController();
    const { standIn, warehouse } = await start({
      dryRun: (call) => {
        leaving.abort(new Error("left"));
        return jobAnswer(call, { statementType: "SELECT" });
      },
    });
    await expect(warehouse.runQuery(SELECT, { signal: leaving.signal })).rejects.toThrow("left");
    await warehouse.close();
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun"]);
  });

  it("a caller who left before sends nothing", async () => {
    const { standIn, warehouse } = await start();
    const run = warehouse.runQuery(SELECT, { signal: AbortSignal.abort(new Error("left")) });
    await expect(run).rejects.toThrow("left");
    expect(standIn.calls).toEqual([]);
  });

  it("closing the warehouse cancels what runs and refuses what comes", async () => {
    const asked = Promise.withResolvers<void>();
    const { standIn, warehouse } = await start({
      results: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const run = warehouse.runQuery(SELECT, quiet());
    const ended = expect(run).rejects.toMatchObject({ code: "shutting_down" });
    await asked.promise;
    await warehouse.close();
    await ended;
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn));
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({ code: "shutting_down" });
  });

  it("an answer that makes no sense while the job runs cancels it", async () => {
    const { standIn, warehouse } = await start({
      results: () => ({ body: { jobComplete: false, schema: { fields: ONE }, rows: [{ f: "?" }] } }),
    });
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn));
  });

  it("a creation of which nothing was ever heard is cancelled by the id that we chose, and a failure is logged", async () => {
    const lines: string[] = [];
    const { standIn, warehouse } = await start(
      {
        insert: () => ({ hangUp: true }),
        cancel: () => errorAnswer(403, "accessDenied", "Access Denied: bigquery.jobs.update"),
      },
      {
        authClient: new PassThroughClient(),
        projectId: "stand-in",
        logger: createLogger({}, (line) => lines.push(line)),
      },
    );
    await expect(warehouse.runQuery(SELECT, quiet())).rejects.toMatchObject({
      code: "warehouse_unavailable",
    });
    expect(cancelledJobs(standIn)).toEqual(insertedJobs(standIn).slice(0, 1));
    expect(lines.join("")).toContain('"status":403');
    expect(lines.join("")).toContain(String(insertedJobs(standIn)[0]));
  });

  it("a creation whose answer was lost is taken up again, not run twice", async () => {
    const { standIn, warehouse } = await start({
      insert: (_call, n) =>
        n === 0 ? { hangUp: true } : errorAnswer(409, "duplicate", "Already Exists: Job stand-in:EU.query"),
      results: () => pageAnswer(ONE, [["7"]]),
    });
    expect(await warehouse.runQuery(SELECT, quiet())).toMatchObject({ rows: [{ n: 7 }] });
    expect(new Set(insertedJobs(standIn)).size).toBe(1);
    expect(standIn.count("cancel")).toBe(0);
  });
});

describe("what Google refuses is answered in Google's words:", () => {
  const denied = "Access Denied: Project acme: Project not found or insufficient permissions";
  const failures: readonly (readonly [number, string, string, string])[] = [
    [403, "accessDenied", denied, "permission_denied"],
    [403, "billingNotEnabled", "Billing has not been enabled for this project.", "permission_denied"],
    [404, "notFound", "Not found: Table acme:sales.orders was not found in location EU", "table_not_found"],
    [400, "invalidQuery", "Unrecognized name: nme; Did you mean name? at [1:8]", "invalid_query"],
    [400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed", "bytes_limit_exceeded"],
    [400, "resourcesExceeded", "Resources exceeded during query execution", "query_out_of_memory"],
    [403, "quotaExceeded", "Quota exceeded: free query bytes scanned", "query_failed"],
    [400, "timeout", "Job timed out after 3s", "query_timed_out"],
    [400, "stopped", "Job execution was cancelled: Job timed out after 1s", "query_timed_out"],
  ];
  const stages: readonly CallKind[] = ["dryRun", "insert", "results"];
  const cases = failures.flatMap((failure) => stages.map((stage) => [...failure, stage] as const));

  it.each(cases)("%i %s (%s) is %s, from the %s", async (status, reason, message, code, stage) => {
    const { standIn, warehouse } = await start({ [stage]: () => errorAnswer(status, reason, message) });
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toMatchObject({ kind: "failure", code, message: expect.stringContaining(message) });
    expect(standIn.count("cancel")).toBe(0);
  });

  it("the sentence about the cap says how many bytes it is", async () => {
    const { warehouse } = await start({
      insert: () => errorAnswer(400, "bytesBilledLimitExceeded", "Query exceeded limit for bytes billed"),
    });
    const outcome = await warehouse.runQuery(SELECT, quiet());
    expect(outcome).toHaveProperty("message", expect.stringContaining("10737418240"));
  });

  const troubles: readonly (readonly [string, Answer])[] = [
    [
      "credentials that are not taken",
      () => errorAnswer(401, "authError", "Invalid Credentials for reader@acme"),
    ],
    ["a job that vanished", () => errorAnswer(404, "notFound", "Not found: Job acme:EU.query_1")],
    ["an answer that is not the API's", () => ({ status: 403, body: { proxy: "10.0.0.7" } })],
  ];
  it.each(troubles)("%s is our trouble, and its story stays private", async (_name, answer) => {
    const { warehouse } = await start({ dryRun: answer });
    const thrown: unknown = await warehouse.runQuery(SELECT, quiet()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "warehouse_unavailable",
      message: expect.not.stringMatching(/acme|10\.0\.0\.7/),
    });
    expect(thrown).toHaveProperty("cause");
  });
});

describe("credentials", () => {
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  const credentials = {
    projectId: "acme",
    clientEmail: "reader@acme.iam.gserviceaccount.com",
    privateKey,
    privateKeyId: "k1",
  };

  it("sign each call themselves: the API is the only host that is called", async () => {
    const { standIn, warehouse } = await start({}, { credentials });
    await warehouse.runQuery(SELECT, quiet());
    const [scheme, token] = standIn.calls[0]?.authorization?.split(" ") ?? [];
    const claims: unknown = JSON.parse(Buffer.from(token?.split(".")[1] ?? "", "base64url").toString());
    expect(scheme).toBe("Bearer");
    expect(claims).toMatchObject({
      iss: credentials.clientEmail,
      scope: "https://www.googleapis.com/auth/bigquery",
    });
    expect(standIn.calls[0]?.path).toContain("/projects/acme/");
  });

  it("that cannot sign are our trouble, and no part of them is in the answer", async () => {
    const body = privateKey.slice(60, 120);
    const broken = {
      ...credentials,
      privateKey: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`,
    };
    const { standIn, warehouse } = await start({}, { credentials: broken });
    const thrown: unknown = await warehouse.runQuery(SELECT, quiet()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({
      code: "warehouse_unavailable",
      message: expect.not.stringContaining(body.slice(0, 20)),
    });
    expect(standIn.calls).toEqual([]);
  });
});

function insertedJobs(standIn: BigqueryStandIn): readonly unknown[] {
  return standIn.calls
    .filter(({ kind }) => kind === "insert")
    .map(({ body }) => Object(Object(body).jobReference).jobId);
}

function cancelledJobs(standIn: BigqueryStandIn): readonly unknown[] {
  return standIn.calls.filter(({ kind }) => kind === "cancel").map(({ path }) => path.split("/").at(-2));
}
