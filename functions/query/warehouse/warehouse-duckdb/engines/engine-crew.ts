import { type EngineOptions, type EngineProcess, startEngine } from "./engine-process.ts";
import type { MemoryWatch } from "./memory-watch.ts";

/** All engines that there are, whatever they do. */
export interface EngineCrew {
  /** Engines that start, wait or work. */
  readonly size: () => number;
  /** True while one of them is not ready yet. */
  readonly isGrowing: () => boolean;
  /** Starts one more; a spare one gives way to those who compute until it is ready. */
  grow(how: { readonly isSpare: boolean }): void;
  /** Ends one. */
  end(engine: EngineProcess): Promise<void>;
  endAll(): Promise<void>;
}

/** What happens to an engine that was started. The cause of a failure is private. */
export interface EngineEvents {
  readonly onReady: (engine: EngineProcess) => void;
  readonly onFailed: (cause: unknown) => void;
}

/** Starts nothing yet. */
export function createEngineCrew(
  options: EngineOptions,
  memory: MemoryWatch,
  { onReady, onFailed }: EngineEvents,
): EngineCrew {
  const engines = new Set<EngineProcess>();
  let starting = 0;
  let isLimited = true;
  return {
    size: () => engines.size,
    isGrowing: () => starting > 0,
    grow({ isSpare }) {
      const engine = startEngine(options, memory, { isLimited, isSpare });
      engines.add(engine);
      const gone = engine.ended.then((reason) => {
        engines.delete(engine);
        return reason;
      });
      starting += 1;
      engine.ready.then(
        () => {
          starting -= 1;
          onReady(engine);
        },
        async (cause: unknown) => {
          starting -= 1;
          void engine.close();
          if ((await gone) === "memory") isLimited = false;
          onFailed(cause);
        },
      );
    },
    end: (engine) => engine.close(),
    async endAll() {
      await Promise.all([...engines].map((engine) => engine.close()));
    },
  };
}
