import { describe, expect, it } from "@jest/globals";
import type { PageReference, QueryOutcome } from "#functions/query/warehouse/warehouse.ts";
import { createRunningStatements } from "#functions/query/warehouse/warehouse-duckdb/running/running-statements.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../../../support/capabilities.ts";
import { createMemoryObjectStore } from "./memory-object-store.ts";
import { ASKER, openTestWarehouse } from "./test-warehouse.ts";

const FAILURE: QueryOutcome = { kind: "failure", code: "query_failed", message: "It failed." };
const stay = { signal: new AbortController().signal };

/** Statements that end when the test says so. */
function start() {
  const lines: string[] = [];
  const objects = createMemoryObjectStore();
  const logger = createLogger({}, (line) => lines.push(line));
  const statements = createRunningStatements(objects, logger);
  const begin = async (how: { signal?: AbortSignal; waitMs?: number } = {}) => {
    const work = Promise.withResolvers<QueryOutcome>();
    let stopped: AbortSignal | undefined;
    const run = (signal: AbortSignal) => {
      stopped = signal;
      signal.addEventListener("abort", () => work.reject(signal.reason));
      return work.promise;
    };
    const answer = statements.start(run, { ...stay, waitMs: 0, ...how });
    answer.catch(() => undefined);
    return { work, answer, isStopped: () => stopped?.aborted ?? false };
  };
  const leave = async () => {
    const begun = await begin();
    const running = await begun.answer;
    if (running.kind !== "running") throw new Error("It was not left running.");
    return { ...begun, handle: running.handle };
  };
  const read = (handle: PageReference, waitMs = 5_000) => statements.read(handle, { ...stay, waitMs });
  /** Another process over the same store. */
  const elsewhere = () => createRunningStatements(objects, logger);
  return { objects, lines, statements, begin, leave, read, elsewhere };
}

describe("a statement that is waited for", () => {
  it("gives its outcome, and nothing is kept of it", async () => {
    const { begin, objects, statements } = start();
    const { work, answer } = await begin({ waitMs: 5_000 });
    work.resolve(FAILURE);
    expect(await answer).toEqual(FAILURE);
    await statements.settle();
    expect(objects.objects.size).toBe(0);
  });

  it("is stopped when its caller leaves, with the caller's reason", async () => {
    const { begin } = start();
    const leaving = new AbortController();
    const { answer, isStopped } = await begin({ waitMs: 5_000, signal: leaving.signal });
    leaving.abort(new Error("left"));
    await expect(answer).rejects.toThrow("left");
    expect(isStopped()).toBe(true);
  });

  it("does not begin for a caller who left before", async () => {
    const { begin } = start();
    const { answer, isStopped } = await begin({ signal: AbortSignal.abort(new Error("left")) });
    await expect(answer).rejects.toThrow("left");
    expect(isStopped()).toBe(false);
  });
});

describe("a statement that was left running", () => {
  it("is not stopped any more when the caller who began it leaves", async () => {
    const { begin, read } = start();
    const leaving = new AbortController();
    const { work, answer, isStopped } = await begin({ signal: leaving.signal });
    const running = await answer;
    leaving.abort();
    expect(isStopped()).toBe(false);
    work.resolve(FAILURE);
    expect(running.kind === "running" && (await read(running.handle))).toEqual(FAILURE);
  });

  it("is waited for by several at once, and read elsewhere once it has ended", async () => {
    const { leave, read, elsewhere } = start();
    const { work, handle } = await leave();
    expect(await read(handle, 1)).toEqual({ kind: "running", handle });
    const both = Promise.all([read(handle), read(handle)]);
    work.resolve(FAILURE);
    expect(await both).toEqual([FAILURE, FAILURE]);
    expect(await elsewhere().read(handle, { ...stay, waitMs: 0 })).toEqual(FAILURE);
  });

  it("throws to each reader what it was refused with, here and elsewhere", async () => {
    const { leave, read, elsewhere } = start();
    const { work, handle } = await leave();
    work.reject(new AppError("write_not_allowed", "Only SELECT."));
    const refusal = { code: "write_not_allowed", message: "Only SELECT." };
    await expect(read(handle)).rejects.toMatchObject(refusal);
    await expect(read(handle)).rejects.toMatchObject(refusal);
    await expect(elsewhere().read(handle, { ...stay, waitMs: 0 })).rejects.toMatchObject(refusal);
  });

  it("has failed when the fault was ours: asking for it again would not help", async () => {
    const { leave, read } = start();
    const { work, handle } = await leave();
    work.reject(new AppError("overloaded", "The warehouse is busy."));
    expect(await read(handle)).toMatchObject({
      kind: "failure",
      code: "query_failed",
      message: expect.stringMatching(/^The warehouse is busy\. .*send it to query_bigquery again\.$/),
    });
  });

  it("shows nothing of a fault that nobody expected, but to the log", async () => {
    const { leave, read, lines } = start();
    const { work, handle } = await leave();
    work.reject(new Error("secret of /etc/shadow"));
    expect(JSON.stringify(await read(handle))).not.toContain("secret");
    expect(lines.join()).toContain("secret of [path]");
  });

  it("is cancelled once: then it has ended", async () => {
    const { leave, read, statements } = start();
    const { handle, isStopped } = await leave();
    expect(await statements.cancel(handle, stay)).toBe("cancelled");
    expect(isStopped()).toBe(true);
    expect(await read(handle)).toMatchObject({ kind: "failure", code: "query_cancelled" });
    expect(await statements.cancel(handle, stay)).toBe("ended");
  });

  it("is lost when it cannot be kept, and the log says so", async () => {
    const { leave, read, objects, lines } = start();
    const { work, handle } = await leave();
    objects.beforePiece = () => Promise.reject(new AppError("storage_unavailable", "The disk is full."));
    const waiting = read(handle);
    work.resolve(FAILURE);
    expect(await waiting).toEqual(FAILURE);
    expect(await read(handle)).toBeNull();
    expect(lines.join()).toContain("could not be kept");
  });

  it.each<[string, PageReference]>([
    ["none", {}],
    ["a number", { statement: 1 }],
    ["a path", { statement: "../query-results/x" }],
    ["one that never was", { statement: "00000000-0000-4000-8000-000000000000" }],
  ])("is unknown by a handle that is %s", async (_what, handle) => {
    const { read, statements } = start();
    expect([await read(handle), await statements.cancel(handle, stay)]).toEqual([null, null]);
  });

  it.each(["", "no JSON", "{}", '{"kind":"rowsX"}', '{"kind":"error","code":"nothing","message":"x"}'])(
    "is unknown when what was kept reads %j",
    async (text) => {
      const { objects, elsewhere } = start();
      const statement = "00000000-0000-4000-8000-000000000000";
      objects.objects.set(`query-outcomes/${statement}`, Buffer.from(text));
      expect(await elsewhere().read({ statement }, { ...stay, waitMs: 0 })).toBeNull();
    },
  );
});

describeWith("sandbox", "closing the embedded warehouse", () => {
  it("waits until what its statements came to is kept, however slow the store", async () => {
    const at = openTestWarehouse();
    at.results.beforePiece = () => new Promise((resolve) => setTimeout(resolve, 1_000));
    const statement = {
      sql: "SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) a, UNNEST(GENERATE_ARRAY(1, 1000000)) b WHERE MOD(a * b, 7) = 9",
      timeoutMs: 40_000,
      maxRows: 10,
      maxCharacters: 10_000,
      parameters: [],
      defaultDataset: null,
    };
    const running = await at.warehouse.runQuery(statement, { ...stay, asker: ASKER, waitMs: 0 });
    expect(running.kind).toBe("running");
    await at.close();
    expect([...at.results.objects.keys()]).toEqual([expect.stringMatching(/^query-outcomes\//)]);
  }, 60_000);
});
