import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as (options?: { type: "minor" }) => void;

/** Collects all garbage of JavaScript at once. */
export function collectGarbage(): void {
  collect();
}

/**
 * Collects what has just become garbage. DuckDB's chunks are freed with the objects that stand for them, in a later turn of the event
 * loop, and V8 does not know how large they are: whoever reads many of them calls this every few.
 */
export async function collectChunks(): Promise<void> {
  collect({ type: "minor" });
  await setImmediate();
}
