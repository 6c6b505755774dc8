import { readdirSync } from "node:fs";
import { setPriority } from "node:os";
import { geteuid } from "node:process";

/** Priorities of an engine's threads. */
export interface ThreadPriority {
  /** The engine gives way to every other one. */
  lower(): void;
  /** @returns false when the priority cannot be given back */
  restore(): boolean;
}

const LOW_NICENESS = 15;
/** As `engine/lower-worker-priority.ts` has it. */
const WORKER_NICENESS = 5;

/**
 * Takes priority from an engine whose statement takes long, thread by thread (setpriority(2)), so that a short statement of someone
 * else finds a processor at once. Only root can give it back, so that nobody else takes it.
 */
export function createThreadPriority(pid: number): ThreadPriority {
  let isLow = false;
  const setAll = (main: number, workers: number) => {
    for (const thread of threadsOf(pid)) setPriority(thread, thread === pid ? main : workers);
  };
  return {
    lower() {
      if (geteuid?.() !== 0) return;
      isLow = true;
      try {
        setAll(LOW_NICENESS, LOW_NICENESS);
      } catch {
        // A thread ended in between.
      }
    },
    restore() {
      if (!isLow) return true;
      isLow = false;
      try {
        setAll(0, WORKER_NICENESS);
        return true;
      } catch {
        return false;
      }
    },
  };
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // The process is gone.
  }
}
