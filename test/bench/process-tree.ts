import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { processesBelow } from "../support/processes-below.ts";

/** What the kernel says of a process (proc_pid_stat(5)). */
export interface ProcessState {
  readonly parent: number;
  readonly isZombie: boolean;
  /** True also while it waits for a processor or a disk. */
  readonly isBusy: boolean;
  /** Processor time of all its threads, in clock ticks: hundredths of a second. */
  readonly cpuTicks: number;
  /** Tells it from a later process with the same id. */
  readonly startTicks: string;
}

/** The state of a process; null when there is none. */
export function readState(pid: number): ProcessState | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The command's name, in brackets, may itself hold brackets and spaces: the fields behind it begin with the third.
  const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
  const field = (number: number) => fields[number - 3] ?? "";
  return {
    parent: Number(field(4)),
    isZombie: field(3) === "Z",
    isBusy: field(3) === "R" || field(3) === "D",
    cpuTicks: Number(field(14)) + Number(field(15)),
    startTicks: field(22),
  };
}

/** A process with all its descendants. */
export function treeOf(pid: number): readonly number[] {
  return [pid, ...processesBelow(pid)];
}

/**
 * Memory of these processes together in bytes: what they share counts once (proportional set size, proc_pid_smaps(5)).
 * @throws Error when this user may not look into one of them
 */
export function measureMemory(pids: readonly number[]): number {
  const kibibytes = pids.map((pid) =>
    Number(/^Pss:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/smaps_rollup`) ?? "")?.[1] ?? 0),
  );
  return kibibytes.reduce((sum, part) => sum + part, 0) * 1024;
}

/** For people. */
export function toMebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

const CHECK_MS = 250;
const QUIET_CHECKS = 12;
const QUIET_TICKS = 1;
const IDLE_DEADLINE_MS = 180_000;

/**
 * Waits until a process and its descendants have, for 3 s, stayed the same, slept whenever they were looked at, and used next to no
 * processor time. A process that a busy machine keeps from its processor is not asleep.
 * @throws Error when they do not within 3 minutes
 */
export async function waitUntilIdle(pid: number): Promise<void> {
  const deadline = performance.now() + IDLE_DEADLINE_MS;
  let quiet = 0;
  let last = look(pid);
  while (quiet < QUIET_CHECKS) {
    if (performance.now() > deadline) throw new Error(`process ${pid} does not become idle`);
    await sleep(CHECK_MS);
    const now = look(pid);
    const isQuiet = !now.isBusy && now.pids === last.pids && now.ticks - last.ticks <= QUIET_TICKS;
    quiet = isQuiet ? quiet + 1 : 0;
    last = now;
  }
}

function look(pid: number) {
  const pids = treeOf(pid);
  const states = pids.flatMap((each) => readState(each) ?? []);
  return {
    pids: pids.join(),
    isBusy: states.some(({ isBusy }) => isBusy),
    ticks: states.reduce((sum, { cpuTicks }) => sum + cpuTicks, 0),
  };
}

/** A file of /proc; null when its process has ended. */
export function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    const code = typeof error === "object" && error !== null && "code" in error ? error.code : "";
    if (code === "ENOENT" || code === "ESRCH") return null;
    throw error;
  }
}
