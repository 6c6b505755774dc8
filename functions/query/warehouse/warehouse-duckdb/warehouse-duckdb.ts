import type { Jail, JailSpec } from "#sandbox/jail/jail.ts";
import { startJail } from "#sandbox/jail/start-jail.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { Warehouse } from "../warehouse.ts";
import { dryRunStatement } from "./dry-run-statement.ts";
import { createEnginePool } from "./engines/engine-pool.ts";
import { createMemoryWatch } from "./engines/memory-watch.ts";
import { describeTableFile } from "./exploration/describe-table-file.ts";
import { findDefaultProject, listDatasetFolders, listTableFiles } from "./exploration/list-tables.ts";
import { readStoredPage } from "./results/result-pages.ts";
import { runStatement } from "./run-statement.ts";
import { createRunningStatements } from "./running/running-statements.ts";

/** What the embedded warehouse is made of. */
export interface DuckdbWarehouseOptions {
  /** Absolute path of the folder with `<project>/<dataset>/<table>.{csv,parquet,json,jsonl}`; it must exist. */
  readonly folder: string;
  /** Project of table names without one; null: the only project there is, else `demo`. */
  readonly project: string | null;
  /** Keeps what does not fit into the first page of a result. */
  readonly results: ObjectStore;
  readonly logger: Logger;
  /** Resident memory of all engines together, in bytes, above which the largest is killed; 512 MiB by default. */
  readonly memoryLimitBytes?: number;
  /** Statements that run at the same time, each in an engine of its own; 4 by default. */
  readonly maxRunning?: number;
  /** Statements that wait for a place; 32 by default. */
  readonly maxQueued?: number;
  readonly startJail?: (spec: JailSpec) => Jail;
}

/** The embedded warehouse; its engine can be started before the first statement. */
export interface DuckdbWarehouse extends Warehouse {
  /** Starts an engine so that the first statement need not wait. @throws AppError `warehouse_unavailable` */
  warm(): Promise<void>;
}

const DEFAULT_MEMORY_LIMIT_BYTES = 512 * 1024 * 1024;
const DEFAULT_RUNNING = 4;
const DEFAULT_QUEUED = 32;
const QUEUE_WAIT_MS = 20_000;
/** One engine for the next statement, and one that is there when that takes long. */
const IDLE_ENGINES = 2;

/**
 * A warehouse of files on this machine that answers GoogleSQL with DuckDB. DuckDB never runs in this process: it runs in a jail
 * without network that sees the files read-only, is watched from outside and is replaced when it dies.
 */
export function createDuckdbWarehouse(options: DuckdbWarehouseOptions): DuckdbWarehouse {
  const { folder, project, results, logger } = options;
  const max = options.maxRunning ?? DEFAULT_RUNNING;
  const memoryLimitBytes = options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES;
  const memory = createMemoryWatch(memoryLimitBytes);
  const slots = createSlots({
    places: max,
    queue: options.maxQueued ?? DEFAULT_QUEUED,
    waitMs: QUEUE_WAIT_MS,
    busyMessage: "The warehouse is busy with other queries. Try again in a few seconds.",
    retryAfterSeconds: 5,
  });
  const pool = createEnginePool(
    {
      folder,
      project,
      logger,
      memoryLimitBytes,
      startJail: options.startJail ?? ((spec) => startJail(spec)),
    },
    memory,
    { max, idle: Math.min(IDLE_ENGINES, max) },
  );
  const closing = new AbortController();
  const statements = createRunningStatements(results, logger);

  /** Runs work that needs an engine, for as long as the caller stays. */
  async function inTurn<Result>(
    signal: AbortSignal,
    work: (caller: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const caller = AbortSignal.any([signal, closing.signal]);
    caller.throwIfAborted();
    const release = await slots.take(caller);
    try {
      return await work(caller);
    } finally {
      release();
    }
  }

  return {
    runQuery: (statement, { signal, waitMs }) =>
      statements.start(
        (stop) => inTurn(stop, (caller) => runStatement({ pool, results }, statement, caller)),
        { signal, waitMs },
      ),
    dryRun: (statement, { signal }) => inTurn(signal, (caller) => dryRunStatement(pool, statement, caller)),
    // The first page was cut by the limits that its statement came with.
    readRunning: (handle, _limits, options) => statements.read(handle, options),
    cancel: statements.cancel,
    readPage: (reference, limits, { signal }) => readStoredPage(results, reference, limits, signal),
    listDatasets: (how) => listDatasetFolders(folder, how),
    async listTables(dataset, how) {
      const owner = dataset.project ?? (await findDefaultProject(folder, project, how.signal));
      const found = await listTableFiles(folder, { project: owner, dataset: dataset.dataset }, how);
      if (found !== null) return found;
      throw new AppError("not_found", "There is no such dataset. list_datasets names those there are.");
    },
    describeTable: (address, { signal, ...how }) =>
      inTurn(signal, (caller) => describeTableFile(pool, { address, ...how }, caller)),
    warm: () => pool.warm(),
    async close() {
      closing.abort(
        new AppError("warehouse_unavailable", "The warehouse is shutting down. Try again later."),
      );
      await statements.settle();
      await pool.close();
    },
  };
}
