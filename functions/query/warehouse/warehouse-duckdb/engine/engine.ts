import type { Duplex } from "node:stream";
import type { DuckDBConnection } from "@duckdb/node-api";
import { createCatalog } from "./catalog/catalog.ts";
import { describeTable } from "./catalog/describe-table.ts";
import { readFrames, writeFrame } from "./channel/frames.ts";
import type { EngineAnswer, EngineJob, EngineRequest } from "./channel/messages.ts";
import { collectGarbage } from "./collect-garbage.ts";
import { StatementRefused, toFailure } from "./failure.ts";
import { lowerWorkerPriority } from "./lower-worker-priority.ts";
import { openDatabase } from "./open-database.ts";
import type { ResultSink } from "./results/result-stream.ts";
import { createQueryRunner } from "./run-query.ts";

/** What the engine is started with. */
export interface EngineSettings {
  /** Folder of the warehouse, as the engine sees it. */
  readonly folder: string;
  /** Project of names without one; null to choose by the folders. */
  readonly project: string | null;
  /** What DuckDB itself may take; the process needs more. */
  readonly memoryBytes: number;
}

/** A share of DuckDB's memory for files that are copied in. */
const COPIED_FILES_SHARE = 0.35;

/** Statements that an engine has done before it says that it is ready: the first of each kind loads code for 100 ms. */
const WARM_UP_SQL = [
  "SELECT 1",
  "SELECT x FROM UNNEST([STRUCT('a' AS x)]) WHERE LENGTH(x) > 0 ORDER BY x LIMIT 1",
];

/** The job that runs, and what can happen to it meanwhile. */
interface Current {
  readonly id: number;
  interrupted: boolean;
  /** Told when the server took the last lines: whether it wants more. */
  taken: ((wanted: boolean) => void) | null;
}

/** Does the jobs that arrive on the channel, one at a time, until it ends. */
export async function serveEngine(channel: Duplex, settings: EngineSettings): Promise<void> {
  const { admin, connection } = await openDatabase(settings.folder, settings.memoryBytes);
  const catalog = createCatalog({
    admin,
    root: settings.folder,
    project: settings.project,
    memoryBytes: settings.memoryBytes * COPIED_FILES_SHARE,
  });
  const statements = createQueryRunner(connection, catalog);
  const describe = (job: Extract<EngineJob, { kind: "describe" }>, sink: ResultSink) => {
    sink.understood();
    return describeTable(connection, catalog, job);
  };
  const run = async (job: EngineJob, sink: ResultSink): Promise<EngineAnswer | string> => {
    switch (job.kind) {
      case "query":
        return statements.run(job, sink);
      case "dry-run":
        return statements.dryRun(job, sink);
      case "describe":
        return describe(job, sink);
    }
  };
  await warmUp(run);
  lowerWorkerPriority();
  let current: Current | null = null;

  async function start(id: number, job: EngineJob): Promise<void> {
    const mine: Current = { id, interrupted: false, taken: null };
    current = mine;
    const answer = await run(job, createSink(channel, mine)).catch((thrown: unknown) =>
      mine.interrupted ? ({ kind: "interrupted" } as const) : toAnswer(thrown),
    );
    current = null;
    const text = typeof answer === "string" ? answer : JSON.stringify(answer);
    writeFrame(channel, `{"kind":"answer","id":${id},"answer":${text}}`);
  }

  readFrames(channel, (message) => {
    const request = message as EngineRequest;
    if (request.kind === "run") void start(request.id, request.job);
    else if (current?.id === request.id) steer(current, request.kind, [connection, admin]);
  });
  writeFrame(channel, '{"kind":"ready"}');
}

function steer(
  current: Current,
  kind: "more" | "count" | "interrupt",
  connections: DuckDBConnection[],
): void {
  if (kind === "interrupt") {
    current.interrupted = true;
    for (const connection of connections) connection.interrupt();
  }
  current.taken?.(kind === "more");
  current.taken = null;
}

function createSink(channel: Duplex, current: Current): ResultSink {
  return {
    understood: () => writeFrame(channel, `{"kind":"understood","id":${current.id}}`),
    page: (page) => writeFrame(channel, `{"kind":"page","id":${current.id},"page":${page}}`),
    async lines(lines) {
      if (current.interrupted) throw new Error("interrupted");
      const { promise, resolve } = Promise.withResolvers<boolean>();
      current.taken = resolve;
      writeFrame(channel, JSON.stringify({ kind: "lines", id: current.id, lines }));
      const wanted = await promise;
      if (current.interrupted) throw new Error("interrupted");
      return wanted;
    },
  };
}

function toAnswer(thrown: unknown): EngineAnswer {
  if (thrown instanceof StatementRefused)
    return { kind: "refused", code: thrown.code, message: thrown.message };
  const { code, message } = toFailure(thrown);
  return { kind: "outcome", outcome: { kind: "failure", code, message } };
}

async function warmUp(run: (job: EngineJob, sink: ResultSink) => Promise<unknown>): Promise<void> {
  const limits = { maxRows: 10, maxCharacters: 10_000, timeoutMs: 10_000, keptBytes: 0 };
  const sink: ResultSink = { understood: () => undefined, page: () => undefined, lines: async () => false };
  for (const sql of WARM_UP_SQL)
    await run({ kind: "query", sql, parameters: [], defaultDataset: null, ...limits }, sink);
  // What starting took is three times what is needed from here on.
  collectGarbage();
}
