import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createExecutionId } from "#functions/execute/executions/execution-id.ts";
import type { EndedRun, ExecutionRecord } from "#functions/execute/executions/execution-record.ts";
import { createExecutionStore, type ExecutionStore } from "#functions/execute/executions/execution-store.ts";
import { createExecutions, type Job } from "#functions/execute/executions/run-executions.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";

const OWNER = "a".repeat(32);
const LOGGER = createLogger({}, () => undefined);
const HANDED_OVER = { ticket: "ticket", timeout: 10, sessionId: null };

function toEnd(stdout: string): EndedRun {
  const run = {
    ...({ status: "succeeded", exitCode: 0, signal: null, stdout, stderr: "", truncated: false } as const),
    ...({
      engine: "cpython",
      start: "warm",
      limit: null,
      wallMs: 1,
      skippedFiles: [],
      unchangedFiles: [],
    } as const),
  };
  const results = { files: [], skippedFiles: [], charts: [], tableMarkdown: null };
  return { kind: "ended", endedAt: new Date().toISOString(), run, results, error: null, sessionId: null };
}

describe("a run that several instances know of", () => {
  let folder: string;
  let objects: ObjectStore;
  let store: ExecutionStore;
  let record: ExecutionRecord;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "taken-up-"));
    objects = await createFolderObjectStore({ folder, maxBytes: 2 ** 28, logger: LOGGER });
    store = createExecutionStore(objects, LOGGER);
    record = {
      id: createExecutionId(),
      language: "python",
      startedAt: new Date().toISOString(),
      outcome: null,
    };
  });
  afterEach(async () => {
    await objects.close();
    await rm(folder, { recursive: true });
  });

  it("is answered by what its own instance notes, where nothing comes from elsewhere", async () => {
    await store.records.save(OWNER, { ...record, handedOver: HANDED_OVER });
    let isStopped = false;
    const executions = createExecutions(store, {
      takeUp: (_owner, _record, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            isStopped = true;
            reject(signal.reason);
          });
        }),
      giveUp: async () => undefined,
    });
    const waiting = { waitMs: 20_000, signal: AbortSignal.timeout(30_000) };
    const asked = executions.wait(OWNER, record.id, waiting);
    const ended = { ...record, outcome: toEnd("noted") };
    await createExecutionStore(objects, LOGGER).records.save(OWNER, ended);
    expect(await asked).toEqual(ended);
    expect(isStopped).toBe(true);
  });

  /** Starts a run that somebody has a handle of. @returns how to end it */
  async function start() {
    const executions = createExecutions(store);
    const result = Promise.withResolvers<EndedRun>();
    const job: Job = {
      owner: OWNER,
      record,
      outlivesCaller: false,
      async run(_signal, { onHandOver }) {
        await onHandOver(HANDED_OVER);
        return result.promise;
      },
    };
    await executions.start(job, { waitMs: 0, signal: AbortSignal.timeout(30_000) });
    return async (outcome: EndedRun | Error) => {
      if (outcome instanceof Error) result.reject(outcome);
      else result.resolve(outcome);
      await executions.wait(OWNER, record.id, { waitMs: 20_000, signal: AbortSignal.timeout(30_000) });
      await executions.close();
    };
  }

  it.each([
    ["with a result", toEnd("late")],
    ["without one", new Error("nothing")],
  ])("stays forgotten when it ends %s after another instance has removed it", async (_how, outcome) => {
    const end = await start();
    await createExecutionStore(objects, LOGGER).remove(OWNER, record.id);
    await end(outcome);
    expect(await store.records.find(OWNER, record.id)).toBeNull();
  });

  it("stays as another instance has noted it", async () => {
    const end = await start();
    const noted = { ...record, outcome: toEnd("noted") };
    await createExecutionStore(objects, LOGGER).records.save(OWNER, noted);
    await end(new Error("nothing"));
    expect(await store.records.find(OWNER, record.id)).toEqual(noted);
  });
});
