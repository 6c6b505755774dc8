import { AppError } from "#shared/errors/app-error.ts";
import { createEngineCrew, type EngineCrew } from "./engine-crew.ts";
import type { EngineOptions, EngineProcess } from "./engine-process.ts";
import type { MemoryWatch } from "./memory-watch.ts";
import { createWaitingLine } from "./waiting-line.ts";

/** Engines that wait for jobs. Each does one job at a time, so that no statement can hold up or end another one. */
export interface EnginePool {
  /**
   * Lends an engine to one job.
   * @throws AppError `warehouse_unavailable`; the reason of `stop` when it aborts before an engine is free
   */
  use<Result>(stop: AbortSignal, work: (engine: EngineProcess) => Promise<Result>): Promise<Result>;
  /** Starts the first engines; resolves when one is ready. @throws AppError `warehouse_unavailable` */
  warm(): Promise<void>;
  /** Ends every engine; nothing may be asked afterwards. */
  close(): Promise<void>;
}

/** How many engines there are. */
export interface PoolSize {
  readonly max: number;
  /** Kept even when nothing is asked: one for the next statement, one that is there when that takes long. */
  readonly idle: number;
}

/** How long every engine may be busy before another one is started. */
const BUSY_MS = 40;
/** A job that takes longer may take very long, and end with its engine: another one gets ready to stand in. */
const LONG_JOB_MS = 400;
/** An engine beyond `idle` that did nothing for so long is ended. */
const SPARE_MS = 60_000;
/** What starting an engine takes for a moment. */
const START_BYTES = 150 * 1024 * 1024;

interface Idle {
  readonly engine: EngineProcess;
  readonly since: number;
}

/** Starts nothing yet. */
export function createEnginePool(options: EngineOptions, memory: MemoryWatch, size: PoolSize): EnginePool {
  const line = createWaitingLine<EngineProcess>();
  /** The last one has the warmest caches and is taken first. */
  const idle: Idle[] = [];
  let closed = false;
  const offer = (engine: EngineProcess) => {
    if (!line.serve(engine)) idle.push({ engine, since: performance.now() });
  };
  const crew = createEngineCrew(options, memory, {
    onReady: offer,
    onFailed(cause) {
      if (!closed) options.logger.log("ERROR", "warehouse engine did not start");
      if (crew.size() === 0) line.rejectAll(unavailable(cause));
    },
  });
  /** Engines whose job takes long, so that nobody waits for them. */
  let occupied = 0;
  const growth = createGrowth(crew, size, {
    isWanted() {
      const isShort = idle.length === 0 || crew.size() - occupied < size.idle;
      return isShort && !closed && memory.freeBytes() > START_BYTES;
    },
    isSpare: () => idle.length > 0,
  });

  async function replace(engine: EngineProcess): Promise<void> {
    await crew.end(engine);
    if (!closed) growth.fill();
  }

  async function take(stop: AbortSignal): Promise<EngineProcess> {
    if (closed) throw shuttingDown();
    growth.fill();
    const engine = popAlive(idle);
    growth.consider();
    return engine ?? line.wait(stop);
  }

  function giveBack(engine: EngineProcess): void {
    if (closed || !engine.isAlive() || engine.isWorn()) void replace(engine);
    else offer(engine);
    const [oldest] = idle;
    if (oldest === undefined || crew.size() <= size.idle) return;
    if (performance.now() - oldest.since < SPARE_MS) return;
    idle.shift();
    void replace(oldest.engine);
  }

  return {
    async use(stop, work) {
      stop.throwIfAborted();
      const engine = await take(stop);
      let isLong = false;
      const timer = setTimeout(() => {
        isLong = true;
        occupied += 1;
        growth.consider();
      }, LONG_JOB_MS);
      try {
        return await work(engine);
      } finally {
        clearTimeout(timer);
        if (isLong) occupied -= 1;
        giveBack(engine);
      }
    },
    warm: async () => offer(await take(new AbortController().signal)),
    async close() {
      closed = true;
      growth.stop();
      await crew.endAll();
      line.rejectAll(shuttingDown());
    },
  };
}

/** Decides when another engine is started. */
function createGrowth(
  crew: EngineCrew,
  size: PoolSize,
  { isWanted, isSpare }: { readonly isWanted: () => boolean; readonly isSpare: () => boolean },
) {
  let timer: NodeJS.Timeout | undefined;
  const grow = () => crew.grow({ isSpare: isSpare() });
  return {
    fill(): void {
      while (crew.size() < size.idle) grow();
    },
    /** Starts one more unless an engine becomes free soon. */
    consider(): void {
      timer ??= setTimeout(() => {
        timer = undefined;
        if (isWanted() && !crew.isGrowing() && crew.size() < size.max) grow();
      }, BUSY_MS);
    },
    stop: () => clearTimeout(timer),
  };
}

function popAlive(idle: Idle[]): EngineProcess | null {
  for (let next = idle.pop(); next !== undefined; next = idle.pop()) {
    if (next.engine.isAlive()) return next.engine;
  }
  return null;
}

function shuttingDown(): AppError {
  return new AppError("warehouse_unavailable", "The warehouse is shutting down. Try again later.");
}

function unavailable(cause: unknown): AppError {
  return new AppError(
    "warehouse_unavailable",
    "The embedded warehouse could not start: its sandbox needs bubblewrap and user namespaces. The server's log says more.",
    { cause, retryAfterSeconds: 10 },
  );
}
