import { memoryUsage } from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const GROWTH_BYTES = 48 * 1024 * 1024;

setFlagsFromString("--expose-gc");
/** Collects all garbage of JavaScript at once. */
export const collectGarbage = runInNewContext("gc") as () => void;

/**
 * Chunks of DuckDB are freed with the objects that stand for them, and V8 does not know how large they are: whoever reads many of them
 * has to see to it that they go.
 * @returns a function to be called now and then, which collects what has piled up
 */
export function createChunkCollector(): () => void {
  let lastBytes = memoryUsage.rss();
  return () => {
    if (memoryUsage.rss() < lastBytes + GROWTH_BYTES) return;
    collectGarbage();
    lastBytes = memoryUsage.rss();
  };
}
