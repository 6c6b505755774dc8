import { AppError } from "#shared/errors/app-error.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { Statement } from "../warehouse.ts";
import { type EngineOptions, type EngineProcess, type EngineResult, startEngine } from "./engine-process.ts";

/** The engine that everyone shares, and engines for statements that must run alone. */
export interface EnginePool {
  /**
   * Runs a statement; one that was running when the shared engine died runs once more in an engine of its own.
   * @throws AppError `warehouse_unavailable`, `overloaded`; the reason of `stop` when it aborts before the statement starts
   */
  run(statement: Statement, stop: AbortSignal): Promise<EngineResult>;
  /** Starts the shared engine. @throws AppError `warehouse_unavailable` */
  warm(): Promise<void>;
  /** Ends every engine; no statement may start afterwards. */
  close(): Promise<void>;
}

/** What a caller reads when every place is taken. */
export const BUSY = {
  busyMessage: "The warehouse is busy with other queries. Try again in a few seconds.",
  retryAfterSeconds: 5,
} as const;

const ALONE_QUEUE = 64;
const ALONE_WAIT_MS = 60_000;

/** Starts nothing yet. */
export function createEnginePool(options: EngineOptions): EnginePool {
  const engines = new Set<EngineProcess>();
  const alone = createSlots({ ...BUSY, places: 1, queue: ALONE_QUEUE, waitMs: ALONE_WAIT_MS });
  let shared: EngineProcess | null = null;
  let closed = false;

  function start(): EngineProcess {
    if (closed)
      throw new AppError("warehouse_unavailable", "The warehouse is shutting down. Try again later.");
    const engine = startEngine(options);
    engines.add(engine);
    return engine;
  }

  async function end(engine: EngineProcess): Promise<void> {
    await engine.close();
    engines.delete(engine);
  }

  async function untilReady(engine: EngineProcess, stop: AbortSignal): Promise<EngineProcess> {
    const stopped = Promise.withResolvers<never>();
    const onStop = () => stopped.reject(stop.reason);
    if (stop.aborted) onStop();
    stop.addEventListener("abort", onStop, { once: true });
    stopped.promise.catch(() => null);
    try {
      await Promise.race([engine.ready, stopped.promise]);
    } catch (cause) {
      stop.throwIfAborted();
      options.logger.log("ERROR", "warehouse engine did not start");
      throw unavailable(cause);
    } finally {
      stop.removeEventListener("abort", onStop);
    }
    return engine;
  }

  function sharedEngine(stop: AbortSignal): Promise<EngineProcess> {
    if (shared?.isAlive() !== true) {
      if (shared !== null) void end(shared);
      shared = start();
    }
    return untilReady(shared, stop);
  }

  /** Here the culprit of an engine's death meets nobody: when this engine dies too, it was this statement. */
  async function runAlone(statement: Statement, stop: AbortSignal): Promise<EngineResult> {
    const release = await alone.take(stop);
    try {
      const engine = start();
      try {
        return await (await untilReady(engine, stop)).run(statement, stop);
      } finally {
        await end(engine);
      }
    } finally {
      release();
    }
  }

  return {
    async run(statement, stop) {
      const engine = await sharedEngine(stop);
      const result = await engine.run(statement, stop);
      const isCulprit = result.kind === "died" && result.reason === "memory" && result.wasAlone;
      return result.kind === "died" && !isCulprit && !stop.aborted && !closed
        ? runAlone(statement, stop)
        : result;
    },
    async warm() {
      await sharedEngine(new AbortController().signal);
    },
    async close() {
      closed = true;
      await Promise.all([...engines].map(end));
    },
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError(
    "warehouse_unavailable",
    "The embedded warehouse could not start: its sandbox needs bubblewrap and user namespaces. The server's log says more.",
    { cause, retryAfterSeconds: 10 },
  );
}
