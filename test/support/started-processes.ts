import { readFileSync } from "node:fs";
import { processesBelow } from "./processes-below.ts";

/** A process below this one, with its command line for the reader of a failure. */
export interface StartedProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * Notes what runs below this process now: an earlier file of the same worker may have left something there that is none of a test's
 * business.
 * @returns gives the processes below this one that were started since
 */
export function noteProcesses(): () => readonly StartedProcess[] {
  const before = new Set(processesBelow(process.pid));
  return () =>
    processesBelow(process.pid)
      .filter((pid) => !before.has(pid))
      .map((pid) => ({ pid, command: commandOf(pid) }));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
  } catch {
    return "(gone)";
  }
}
