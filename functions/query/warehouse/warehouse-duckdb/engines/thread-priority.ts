import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Priorities of an engine's threads. */
export interface ThreadPriority {
  /** The engine gives way to every other one. */
  lower(): void;
  /** @returns false when the priority cannot be given back */
  restore(): boolean;
}

/** A sixth of a processor's time beside one that others want whole: a long statement must not starve either. */
export const LOW_NICENESS = 8;
/** As `engine/lower-worker-priority.ts` has it. */
const WORKER_NICENESS = 5;

const CAP_SYS_NICE = 23n;

/** True when this process may give priority back to another one (capabilities(7)): who may not had better not take it. */
export const CAN_RAISE_PRIORITY = hasCapability(CAP_SYS_NICE);

/**
 * Takes priority from an engine whose statement takes long, thread by thread (setpriority(2)), so that a short statement of someone
 * else finds a processor at once.
 * @param pid the engine's process
 * @param options `startsLow`: it was started with `LOW_NICENESS`
 */
export function createThreadPriority(pid: number, { startsLow = false } = {}): ThreadPriority {
  let isLow = startsLow;
  const setAll = (main: number, workers: number) =>
    threadsOf(pid).every((thread) => trySetPriority(thread, thread === pid ? main : workers));
  return {
    lower() {
      if (!CAN_RAISE_PRIORITY) return;
      isLow = true;
      setAll(LOW_NICENESS, LOW_NICENESS);
    },
    restore() {
      if (!isLow) return true;
      isLow = false;
      return setAll(0, WORKER_NICENESS);
    },
  };
}

/** @returns false when it is not allowed; fine for a thread that has ended */
function trySetPriority(thread: number, niceness: number): boolean {
  try {
    setPriority(thread, niceness);
    return true;
  } catch {
    return !existsSync(`/proc/${thread}`);
  }
}

function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return []; // The process is gone.
  }
}

function hasCapability(bit: bigint): boolean {
  try {
    const set = /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "latin1"))?.[1];
    return set !== undefined && (BigInt(`0x${set}`) >> bit) % 2n === 1n;
  } catch {
    return false;
  }
}
