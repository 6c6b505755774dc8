import { describe, expect, it } from "@jest/globals";
import type { PageReference, QueryOutcome, Running } from "#functions/query/warehouse/warehouse.ts";
import { type Answer, errorAnswer, pageAnswer } from "../../../support/bigquery/stand-in.ts";
import { ONE, quiet, SELECT, start, stillRunning } from "./stand-in-warehouse.fixture.ts";

const signal = new AbortController().signal;
const handleOf = (outcome: QueryOutcome | Running | null): PageReference => {
  if (outcome?.kind !== "running") throw new Error("The statement was to be left running.");
  return outcome.handle;
};
/** Runs for the first calls, then has one row. */
const endsAfter =
  (calls: number): Answer =>
  (_call, n) =>
    n < calls ? { body: { jobComplete: false } } : pageAnswer(ONE, [["7"]]);

describe("a caller whose patience ends before the statement", () => {
  it("gets a handle, and the job goes on", async () => {
    const { standIn, warehouse } = await start({ results: stillRunning });
    const outcome = await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 1500 });
    expect(JSON.stringify(handleOf(outcome)).length).toBeLessThan(512);
    expect(standIn.count("cancel")).toBe(0);
    expect(Number(standIn.calls.findLast(({ kind }) => kind === "results")?.query["timeoutMs"])).toBeLessThan(
      1500,
    );
    await warehouse.close();
    expect(standIn.count("cancel")).toBe(0);
  });

  it("gets it at once without any patience: the job is made and not asked for", async () => {
    const { standIn, warehouse } = await start({ results: stillRunning });
    expect(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 })).toMatchObject({ kind: "running" });
    expect(standIn.calls.map(({ kind }) => kind)).toEqual(["dryRun", "insert"]);
  });

  it("gets the rows when the statement is quicker", async () => {
    const { warehouse } = await start({ results: endsAfter(1) });
    expect(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 20_000 })).toMatchObject({
      rows: [{ n: 7 }],
    });
  });

  it("who leaves before that has the job cancelled", async () => {
    const leaving = new AbortController();
    const { standIn, warehouse } = await start({
      results: () => {
        leaving.abort(new Error("left"));
        return { body: { jobComplete: false } };
      },
    });
    const run = warehouse.runQuery(SELECT, { ...quiet(), signal: leaving.signal, waitMs: 20_000 });
    await expect(run).rejects.toThrow("left");
    expect(standIn.count("cancel")).toBe(1);
  });
});

describe("a statement that was left running", () => {
  it("is read with the handle on another instance, with rows and a price", async () => {
    const first = await start({ results: stillRunning });
    const handle = handleOf(await first.warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    const { standIn, warehouse } = await start({
      results: (_call, n) =>
        n === 0 ? { body: { jobComplete: false } } : pageAnswer(ONE, [["7"]], { totalBytesProcessed: "1" }),
    });
    const outcome = await warehouse.readRunning(handle, SELECT, { signal, waitMs: 20_000 });
    expect(outcome).toMatchObject({ kind: "rows", rows: [{ n: 7 }], bytesBilled: 10 * 2 ** 20 });
    expect(
      standIn.calls.every(
        ({ path, query }) => path.endsWith(String(handle["job"])) && query["location"] === "EU",
      ),
    ).toBe(true);
  });

  it("still runs when the patience ends again, and whoever reads may leave", async () => {
    const { standIn, warehouse } = await start({ results: stillRunning });
    const handle = handleOf(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    expect(await warehouse.readRunning(handle, SELECT, { signal, waitMs: 200 })).toEqual({
      kind: "running",
      handle,
    });
    const leaving = AbortSignal.timeout(200);
    const read = warehouse.readRunning(handle, SELECT, { signal: leaving, waitMs: 20_000 });
    await expect(read).rejects.toMatchObject({ name: "TimeoutError" });
    expect(standIn.count("cancel")).toBe(0);
  });

  it("is told apart when it failed", async () => {
    const { warehouse } = await start({
      results: () => errorAnswer(400, "invalidQuery", "Division by zero: 1 / 0"),
    });
    const handle = handleOf(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    expect(await warehouse.readRunning(handle, SELECT, { signal, waitMs: 1000 })).toMatchObject({
      code: "invalid_query",
      message: expect.stringContaining("Division by zero"),
    });
  });

  it("is unknown when BigQuery knows it no more, and so is a handle that is none", async () => {
    const gone = () => errorAnswer(404, "notFound", "Not found: Job acme:EU.query_1");
    const { warehouse } = await start({ results: gone, job: gone, other: gone });
    const handle = handleOf(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    for (const reference of [
      handle,
      { job: "x" },
      { ...handle, start: -1 },
      { ...handle, job: "../queries" },
    ]) {
      expect(await warehouse.readRunning(reference, SELECT, { signal, waitMs: 0 })).toBeNull();
      expect(await warehouse.cancel(reference, { signal })).toBeNull();
    }
  });

  it.each([
    ["RUNNING", "cancelled", 1],
    ["DONE", "ended", 0],
  ])("%s is %s by cancel", async (state, result, cancels) => {
    const job: Answer = () => ({ body: { status: { state } } });
    const { standIn, warehouse } = await start({ results: stillRunning, job, other: job });
    const handle = handleOf(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    expect(await warehouse.cancel(handle, { signal })).toBe(result);
    expect(standIn.count("cancel")).toBe(cancels);
  });

  it("that was cancelled says so", async () => {
    const { warehouse } = await start({
      results: () => errorAnswer(400, "stopped", "Job execution was cancelled: User requested cancellation"),
    });
    const handle = handleOf(await warehouse.runQuery(SELECT, { ...quiet(), waitMs: 0 }));
    expect(await warehouse.readRunning(handle, SELECT, { signal, waitMs: 1000 })).toMatchObject({
      code: "query_cancelled",
    });
  });
});
