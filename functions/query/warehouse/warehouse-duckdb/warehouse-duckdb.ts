import type { Jail, JailSpec } from "#sandbox/jail/jail.ts";
import { startJail } from "#sandbox/jail/start-jail.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { QueryOutcome, Statement, Warehouse } from "../warehouse.ts";
import { BUSY, createEnginePool } from "./engine-pool.ts";
import type { EngineResult } from "./engine-process.ts";

/** What the embedded warehouse is made of. */
export interface DuckdbWarehouseOptions {
  /** Absolute path of the folder with `<project>/<dataset>/<table>.{csv,parquet,json,jsonl}`; it must exist. */
  readonly folder: string;
  /** Project of table names without one; null: the only project there is, else `demo`. */
  readonly project: string | null;
  readonly logger: Logger;
  /** Resident memory of the engine, in bytes, above which it is killed; 512 MiB by default. */
  readonly memoryLimitBytes?: number;
  /** Statements that run at the same time; 4 by default. */
  readonly maxRunning?: number;
  /** Statements that wait for a place; 32 by default. */
  readonly maxQueued?: number;
  readonly startJail?: (spec: JailSpec) => Jail;
}

/** The embedded warehouse; its engine can be started before the first statement. */
export interface DuckdbWarehouse extends Warehouse {
  /** Starts the engine so that the first statement need not wait. @throws AppError `warehouse_unavailable` */
  warm(): Promise<void>;
}

const DEFAULT_MEMORY_LIMIT_BYTES = 512 * 1024 * 1024;
const DEFAULT_RUNNING = 4;
const DEFAULT_QUEUED = 32;
const QUEUE_WAIT_MS = 20_000;

/**
 * A warehouse of files on this machine that answers GoogleSQL with DuckDB. DuckDB never runs in this process: it runs in a jail
 * without network that sees the files read-only, is watched from outside and is replaced when it dies.
 */
export function createDuckdbWarehouse(options: DuckdbWarehouseOptions): DuckdbWarehouse {
  const places = options.maxRunning ?? DEFAULT_RUNNING;
  const slots = createSlots({
    ...BUSY,
    places,
    queue: options.maxQueued ?? DEFAULT_QUEUED,
    waitMs: QUEUE_WAIT_MS,
  });
  const pool = createEnginePool({
    folder: options.folder,
    project: options.project,
    logger: options.logger,
    memoryLimitBytes: options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES,
    startJail: options.startJail ?? ((spec) => startJail(spec)),
  });
  const closing = new AbortController();
  return {
    async runQuery(statement, { signal }) {
      const caller = AbortSignal.any([signal, closing.signal]);
      caller.throwIfAborted();
      const release = await slots.take(caller);
      const deadline = AbortSignal.timeout(statement.timeoutMs);
      try {
        const result = await pool.run(statement, AbortSignal.any([caller, deadline]));
        caller.throwIfAborted();
        return toOutcome(result, statement);
      } catch (thrown) {
        caller.throwIfAborted();
        if (deadline.aborted && thrown === deadline.reason) return timedOut(statement);
        throw thrown;
      } finally {
        release();
      }
    },
    warm: () => pool.warm(),
    async close() {
      closing.abort(
        new AppError("warehouse_unavailable", "The warehouse is shutting down. Try again later."),
      );
      await pool.close();
    },
  };
}

function toOutcome(result: EngineResult, statement: Statement): QueryOutcome {
  switch (result.kind) {
    case "outcome":
      return result.outcome;
    case "refused":
      throw new AppError(result.code, result.message);
    case "stopped":
      return timedOut(statement);
    case "died":
      return result.reason === "memory" ? outOfMemory() : crashed();
  }
}

function timedOut({ timeoutMs }: Statement): QueryOutcome {
  const message = `The statement timed out after ${timeoutMs / 1000} s. Read fewer rows, or allow a longer timeout.`;
  return { kind: "failure", code: "query_timed_out", message };
}

function outOfMemory(): QueryOutcome {
  const message =
    "The statement needs more memory than the embedded warehouse has. Filter or aggregate earlier.";
  return { kind: "failure", code: "query_out_of_memory", message };
}

function crashed(): QueryOutcome {
  const message = "The statement ended the embedded warehouse's engine. Write it in another way.";
  return { kind: "failure", code: "query_failed", message };
}
