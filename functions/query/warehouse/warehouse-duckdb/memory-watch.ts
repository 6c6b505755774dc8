import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { JAIL_USER } from "#sandbox/jail/launch-command.ts";
import { type MemoryCgroup, openMemoryCgroup } from "#sandbox/jail/memory-cgroup.ts";
import type { Logger } from "#shared/observability/logger.ts";

/** One process that is watched. */
export interface WatchedProcess {
  /** Bytes that the process itself took; 0 when it is gone. */
  residentBytes(): number;
  /** The process is looked at often until the returned function is called. */
  expectGrowth(): () => void;
  /** Ends the watch. @returns why the watch killed the process, if it did */
  end(): "memory" | "crowded" | null;
}

/** Keeps all engines together below one limit. */
export interface MemoryWatch {
  /** The file of the control group that engines join; null where there is none. */
  readonly group: string | null;
  watch(pid: number, kill: () => void): WatchedProcess;
  /** Removes the control group; every engine must be gone. */
  close(): Promise<void>;
}

const SAMPLE_MS = 5;
const PAGE_BYTES = 4096;
/** What the kernel allows beyond what is sampled: the samples come first, unless memory is taken faster than they are. */
const GROUP_SHARE = 1.06;
/** An engine that takes less than this share of the limit is not to blame when all together take too much. */
const BLAME_SHARE = 0.6;

interface Entry {
  readonly file: number;
  readonly kill: () => void;
  killed: "memory" | "crowded" | null;
}

/**
 * Watches the memory of engines from outside: DuckDB's own limit does not count everything. While jobs run, all engines are looked at
 * every 5 ms, and when they take more than the limit together, the largest is killed. As root a control group holds them besides, which
 * nothing outruns.
 */
export function createMemoryWatch(options: {
  readonly limitBytes: number;
  readonly logger: Logger;
}): MemoryWatch {
  const entries = new Set<Entry>();
  let growing = 0;
  let timer: NodeJS.Timeout | undefined;
  const cgroup = openGroup(options);

  function look(): void {
    const sizes = [...entries].map((entry) => ({ entry, bytes: readResidentBytes(entry.file) }));
    if (sizes.reduce((sum, { bytes }) => sum + bytes, 0) <= options.limitBytes) return;
    const largest = sizes.reduce((most, size) => (size.bytes > most.bytes ? size : most));
    if (largest.entry.killed !== null) return;
    largest.entry.killed = largest.bytes > options.limitBytes * BLAME_SHARE ? "memory" : "crowded";
    largest.entry.kill();
  }

  return {
    group: cgroup?.zygoteProcesses ?? null,
    watch(pid, kill) {
      const entry: Entry = { file: openSync(`/proc/${pid}/statm`, "r"), kill, killed: null };
      entries.add(entry);
      return {
        residentBytes: () => (entries.has(entry) ? readResidentBytes(entry.file) : 0),
        expectGrowth() {
          growing += 1;
          timer ??= setInterval(look, SAMPLE_MS);
          return () => {
            growing -= 1;
            if (growing > 0) return;
            clearInterval(timer);
            timer = undefined;
          };
        },
        end() {
          if (entries.delete(entry)) closeSync(entry.file);
          return entry.killed;
        },
      };
    },
    close: async () => cgroup?.close(),
  };
}

function openGroup({ limitBytes, logger }: { limitBytes: number; logger: Logger }): MemoryCgroup | null {
  const group = openMemoryCgroup({ uid: Number(JAIL_USER), logger });
  if (group === null) return null;
  const folder = dirname(group.zygoteProcesses);
  const file = group.version === 1 ? "memory.limit_in_bytes" : "memory.max";
  try {
    writeFileSync(join(folder, file), String(Math.floor(limitBytes * GROUP_SHARE)));
  } catch (cause) {
    logger.log("NOTICE", "warehouse engines run without a limit of their control group", {
      cause: String(cause),
    });
  }
  return group;
}

/** Pages that a process holds and shares with no file, from proc_pid_statm(5). */
function readResidentBytes(file: number): number {
  try {
    const length = readSync(file, BUFFER, 0, BUFFER.length, 0);
    const [, resident = 0, shared = 0] = BUFFER.toString("latin1", 0, length).split(" ").map(Number);
    return (resident - shared) * PAGE_BYTES;
  } catch {
    return 0; // The process is gone.
  }
}

const BUFFER = Buffer.alloc(128);
