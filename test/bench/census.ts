import { type Dirent, readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readIfThere, readState, treeOf } from "./process-tree.ts";

/** What a server holds of the machine, with all its descendants. */
export interface Census {
  readonly processes: number;
  readonly descriptors: number;
  /** In all its mount namespaces. */
  readonly mounts: number;
  readonly controlGroups: number;
  readonly temporaryFolders: number;
}

/** Counts. It takes root to look into sandboxes. */
export function takeCensus(pid: number): Census {
  const pids = treeOf(pid);
  const namespaces = new Map(pids.map((each) => [readNamespace(each), each]));
  const sum = (each: Iterable<number>, count: (one: number) => number) =>
    [...each].reduce((total, one) => total + count(one), 0);
  return {
    processes: pids.length,
    descriptors: sum(pids, (each) => list(`/proc/${each}/fd`).length),
    mounts: sum(namespaces.values(), (each) => countLines(readIfThere(`/proc/${each}/mountinfo`) ?? "")),
    ...countNamed(pid),
  };
}

/** The names of what differs, with both counts. */
export function compareCensuses(before: Census, after: Census): readonly string[] {
  const names = Object.keys(before) as (keyof Census)[];
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name]} before, ${after[name]} after`);
}

/** Notes which processes a server ever had, so that one which has left its tree is found after the server's end. */
export function watchProcesses(pid: number) {
  const seen = new Map<number, string>();
  const look = () => {
    for (const each of treeOf(pid)) {
      const state = readState(each);
      if (state !== null) seen.set(each, state.startTicks);
    }
  };
  const isLeft = ([each, startTicks]: [number, string]) => {
    const state = readState(each);
    return state !== null && !state.isZombie && state.startTicks === startTicks;
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    cancel: () => clearInterval(timer),
    /** What is left after the server's end, given this much time to go, as sentences. */
    async findLeftovers(waitMs: number): Promise<readonly string[]> {
      clearInterval(timer);
      const find = () => ({ processes: [...seen].filter(isLeft).length, ...countNamed(pid) });
      const isClean = () => Object.values(find()).every((count) => count === 0);
      const deadline = performance.now() + waitMs;
      while (!isClean() && performance.now() < deadline) await sleep(LOOK_MS);
      return Object.entries(find()).flatMap(([name, count]) =>
        count === 0 ? [] : [`${name}: ${count} left`],
      );
    },
  };
}

const LOOK_MS = 1000;

/** What carries the server's process id in its name: it can be told from another server's, also after the server's end. */
function countNamed(pid: number): Pick<Census, "controlGroups" | "temporaryFolders"> {
  const folders = list(tmpdir()).filter(({ name }) => name.startsWith(`sandbox-zygote-${pid}-`));
  return {
    controlGroups: countGroups("/sys/fs/cgroup", `sandbox-${pid}-`, false),
    temporaryFolders: folders.length,
  };
}

/** Control groups whose name begins with `prefix`, and all below them. */
function countGroups(folder: string, prefix: string, isInside: boolean): number {
  const folders = list(folder).filter((entry) => entry.isDirectory());
  return folders.reduce((count, { name }) => {
    const counts = isInside || name.startsWith(prefix);
    return count + (counts ? 1 : 0) + countGroups(join(folder, name), prefix, counts);
  }, 0);
}

function readNamespace(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/mnt`);
  } catch {
    return ""; // It ended while we looked.
  }
}

/** Empty when it is not there, or no more. */
function list(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function countLines(text: string): number {
  return text.split("\n").filter(Boolean).length;
}
