import { readFileSync } from "node:fs";
import { processesBelow } from "./processes-below.ts";

/**
 * Notes what runs below this process now: an earlier file of the same worker may have left a compiler's service there.
 * @returns gives the processes below this one that were started since, each as its id and its command line
 */
export function noteProcesses(): () => readonly string[] {
  const before = new Set(processesBelow(process.pid));
  return () =>
    processesBelow(process.pid)
      .filter((pid) => !before.has(pid))
      .map((pid) => `${pid} ${commandOf(pid)}`);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
  } catch {
    return "(gone)";
  }
}
