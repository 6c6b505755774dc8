import { describe, expect, it } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { createLogger } from "#shared/observability/logger.ts";
import {
  type BigqueryStandIn,
  errorAnswer,
  jobAnswer,
  pageAnswer,
} from "../../../support/bigquery/stand-in.ts";
import { ONE, quiet, SELECT, start, stillRunning } from "./stand-in-warehouse.fixture.ts";

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
    await expect(warehouse.runQuery(SELECT, { ...quiet(), signal: leaving.signal })).rejects.toThrow("left");
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
    await expect(warehouse.runQuery(SELECT, { ...quiet(), signal: leaving.signal })).rejects.toThrow("left");
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
    await expect(warehouse.runQuery(SELECT, { ...quiet(), signal: leaving.signal })).rejects.toThrow("left");
    await warehouse.close();
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun"]);
  });

  it("a caller who left before sends nothing", async () => {
    const { standIn, warehouse } = await start();
    const run = warehouse.runQuery(SELECT, {
      ...quiet(),
      signal: AbortSignal.abort(new Error("left")),
    });
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

function insertedJobs(standIn: BigqueryStandIn): readonly unknown[] {
  return standIn.calls
    .filter(({ kind }) => kind === "insert")
    .map(({ body }) => Object(Object(body).jobReference).jobId);
}

function cancelledJobs(standIn: BigqueryStandIn): readonly unknown[] {
  return standIn.calls.filter(({ kind }) => kind === "cancel").map(({ path }) => path.split("/").at(-2));
}
