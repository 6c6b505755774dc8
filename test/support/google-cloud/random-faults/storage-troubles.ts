import type { StorageCall } from "../storage/storage-call.ts";
import type { Trouble } from "../storage-stand-in.ts";

/** What goes wrong with a call to the storage. */
export const STORAGE: readonly Trouble[] = [
  { status: 503 },
  { status: 500 },
  { status: 429 },
  { reset: "before" },
  { reset: "after" },
  { delayMs: 300 },
  { truncateAt: 50 },
];

/** Which call of a run it is, whoever makes it. */
export function eventOf({ method, key, headers }: StorageCall): string {
  const folder = key.split("/")[0] ?? "";
  const by = headers.authorization === undefined ? "container" : "function";
  const isLook = method === "GET" && by === "function" && folder === "results" && headers.range === undefined;
  return isLook ? "look" : `${by} ${method} ${folder}`;
}
