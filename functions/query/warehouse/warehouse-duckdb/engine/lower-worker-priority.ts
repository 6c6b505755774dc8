import { readdirSync } from "node:fs";
import { setPriority } from "node:os";
import { pid } from "node:process";

const WORKER_NICENESS = 5;

/**
 * Lowers the priority of all threads but the first one (setpriority(2) is about threads on Linux): what computes gives way to what
 * answers, in this engine, in the others and in the server.
 */
export function lowerWorkerPriority(): void {
  for (const thread of readdirSync("/proc/self/task").map(Number)) {
    if (thread === pid) continue;
    try {
      setPriority(thread, WORKER_NICENESS);
    } catch {
      // It ended in between.
    }
  }
}
