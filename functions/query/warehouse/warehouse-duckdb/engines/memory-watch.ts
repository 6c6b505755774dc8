import { closeSync, openSync, readSync } from "node:fs";

/** One process that is watched. */
export interface WatchedProcess {
  /** True when the process keeps much more than it began with, touched or not. */
  hasGrown(): boolean;
  /** Until the returned function is called, all processes are looked at often. */
  expectGrowth(): () => void;
  /** Ends the watch. @returns why the watch killed the process, if it did */
  end(): "memory" | "crowded" | null;
}

/** Keeps all engines together below one limit. */
export interface MemoryWatch {
  watch(pid: number, kill: () => void): WatchedProcess;
  /** Bytes of the limit that nobody took. */
  freeBytes(): number;
}

/** In this time two threads can take some twenty megabytes. */
const SAMPLE_MS = 4;
const PAGE_BYTES = 4096;
/** An engine that takes less than this share of the limit is not to blame when all together take too much. */
const BLAME_SHARE = 0.5;
/** An engine that has reserved this share of the limit more than it began with has little left of its own limit. */
const GROWN_SHARE = 0.3;
/** And one that holds this share takes it from the others. */
const HELD_SHARE = 0.4;
const STATM_BYTES = 128;

interface Entry {
  readonly file: number;
  readonly kill: () => void;
  killed: "memory" | "crowded" | null;
}

/**
 * Watches the memory of engines from outside: DuckDB's own limit does not count everything. While jobs run, all engines are looked at
 * every few milliseconds, and when they take more than the limit together, the largest is killed.
 */
export function createMemoryWatch(limitBytes: number): MemoryWatch {
  const entries = new Set<Entry>();
  let growing = 0;
  let timer: NodeJS.Timeout | undefined;

  const sizes = () => [...entries].map((entry) => ({ entry, bytes: readMemory(entry.file).residentBytes }));
  const sum = (all: readonly { bytes: number }[]) => all.reduce((total, { bytes }) => total + bytes, 0);

  function look(): void {
    const all = sizes();
    if (sum(all) <= limitBytes) return;
    const largest = all.reduce((most, size) => (size.bytes > most.bytes ? size : most));
    if (largest.entry.killed !== null) return;
    largest.entry.killed = largest.bytes > limitBytes * BLAME_SHARE ? "memory" : "crowded";
    largest.entry.kill();
  }

  function expectGrowth(): () => void {
    growing += 1;
    timer ??= setInterval(look, SAMPLE_MS);
    return () => {
      growing -= 1;
      if (growing > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  return {
    watch(pid, kill) {
      const entry: Entry = { file: openSync(`/proc/${pid}/statm`, "r"), kill, killed: null };
      entries.add(entry);
      const start = readMemory(entry.file);
      return {
        hasGrown() {
          if (!entries.has(entry)) return false;
          const now = readMemory(entry.file);
          const grown = now.reservedBytes - start.reservedBytes;
          return grown > limitBytes * GROWN_SHARE || now.residentBytes > limitBytes * HELD_SHARE;
        },
        expectGrowth,
        end() {
          if (entries.delete(entry)) closeSync(entry.file);
          return entry.killed;
        },
      };
    },
    freeBytes: () => limitBytes - sum(sizes()),
  };
}

const buffer = Buffer.alloc(STATM_BYTES);

/** What a process holds and shares with no file, and what it may write to, from proc_pid_statm(5); 0 when it is gone. */
function readMemory(file: number): { readonly residentBytes: number; readonly reservedBytes: number } {
  try {
    const length = readSync(file, buffer, 0, STATM_BYTES, 0);
    const pages = buffer.toString("latin1", 0, length).split(" ").map(Number);
    const [, resident = 0, shared = 0, , , data = 0] = pages;
    return { residentBytes: (resident - shared) * PAGE_BYTES, reservedBytes: data * PAGE_BYTES };
  } catch {
    return { residentBytes: 0, reservedBytes: 0 };
  }
}
