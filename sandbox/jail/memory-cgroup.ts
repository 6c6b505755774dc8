import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { geteuid, pid } from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "#shared/observability/logger.ts";

/** What a memory control group of this server's sandboxes needs. */
export interface MemoryCgroupOptions {
  /** The host's user id that jails run as: it may make groups below the base, and nothing else. */
  readonly uid: number;
  /** Is told, once, why there is no group, and which groups could not be removed. */
  readonly logger: Logger;
  /** The group to make the base in, as a folder; by default the one that this server is in. */
  readonly root?: string;
}

/** The group that all sandboxes of this server have theirs in. It has no limit of its own; those around it hold. */
export interface MemoryCgroup {
  /**
   * The base's folder, to be bound writable into the zygote's jail. That jail shares the host's control group namespace: in one of
   * its own, version 2 refuses to move processes out of the group that the namespace began in.
   */
  readonly folder: string;
  /** Which of the kernel's two interfaces `folder` speaks. */
  readonly version: 1 | 2;
  /**
   * The launcher of a zygote writes its process id in here while it is root. Version 2 lets an unprivileged process move only
   * between groups below one that it was given, so the zygote has to start in there.
   */
  readonly zygoteProcesses: string;
  /** Removes all groups, once their processes are gone: waits up to 5 s for those. Never throws. */
  close(): Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly version: 1 | 2;
}

const CLOSE_DEADLINE_MS = 5000;
const CLOSE_RETRY_MS = 20;
const ZYGOTE_GROUP = "zygote";
const BASE_NAME = /^sandbox-(\d+)-(\d+)-\d+$/;

let basesOfThisProcess = 0;

/**
 * Makes the base group and removes those that dead servers left beside it (cgroups(7), the kernel's admin-guide/cgroup-v2.rst).
 * @returns null, with the reason in the log, where there can be none: no root, no memory controller, a read-only file system
 */
export function openMemoryCgroup(options: MemoryCgroupOptions): MemoryCgroup | null {
  try {
    if (geteuid?.() !== 0) throw new Error("only root may make control groups");
    const place = options.root === undefined ? findOwnPlace() : toPlace(options.root);
    removeStale(place.folder);
    return createBase(place, options);
  } catch (error) {
    options.logger.log("NOTICE", "Sandboxes run without memory control groups", { reason: toReason(error) });
    return null;
  }
}

function createBase({ folder: parent, version }: Place, { uid, logger }: MemoryCgroupOptions): MemoryCgroup {
  basesOfThisProcess += 1;
  const folder = join(parent, `sandbox-${pid}-${readStartTicks(pid)}-${basesOfThisProcess}`);
  const zygoteGroup = join(folder, ZYGOTE_GROUP);
  try {
    mkdirSync(folder);
    if (version === 2) {
      writeFileSync(join(folder, "cgroup.subtree_control"), "+memory");
      // Who moves a process needs the file of the group that encloses both the old and the new one.
      chownSync(join(folder, "cgroup.procs"), uid, uid);
    }
    mkdirSync(zygoteGroup);
    chownSync(folder, uid, uid);
  } catch (error) {
    tryRemove(folder);
    throw error;
  }
  return {
    folder,
    version,
    zygoteProcesses: join(zygoteGroup, "cgroup.procs"),
    close: async () => {
      const deadline = performance.now() + CLOSE_DEADLINE_MS;
      while (!tryRemove(folder)) {
        if (performance.now() > deadline) {
          logger.log("WARNING", "A memory control group still holds processes and stays", { folder });
          return;
        }
        await delay(CLOSE_RETRY_MS);
      }
    },
  };
}

/** The group that this process is in; with version 2 the nearest one around it that hands the controller to its subgroups. */
function findOwnPlace(): Place {
  const memberships = readLines("/proc/self/cgroup").map((line) => {
    const [, controllers = "", ...path] = line.split(":");
    return { controllers: controllers.split(","), path: path.join(":") };
  });
  const mounts = readLines("/proc/self/mountinfo").map(parseMount);
  const first = mounts.find(({ type, options }) => type === "cgroup" && options.includes("memory"));
  const mount = first ?? mounts.find(({ type }) => type === "cgroup2");
  if (mount === undefined) throw new Error("no control group file system is mounted");
  const controller = first === undefined ? "" : "memory";
  const own = memberships.find(({ controllers }) => controllers.includes(controller))?.path ?? "/";
  const steps = toStepsBelow(mount.root, own);
  if (first !== undefined) return toPlace(join(mount.target, ...steps));
  const folders = [...steps.keys(), steps.length].map((count) =>
    join(mount.target, ...steps.slice(0, count)),
  );
  const sharing = folders.findLast((folder, depth) => sharesMemory(folder, depth === steps.length));
  if (sharing === undefined) throw new Error("no group around this process hands on the memory controller");
  return { folder: sharing, version: 2 };
}

function toStepsBelow(root: string, path: string): string[] {
  const prefix = root === "/" ? "/" : `${root}/`;
  // In a control group namespace, or below another mount, the file system's top is all there is to see.
  return path.startsWith(prefix) ? path.slice(prefix.length).split("/").filter(Boolean) : [];
}

/** Only this process's own group is asked to hand the controller on: others belong to whoever made them. */
function sharesMemory(folder: string, isOwn: boolean): boolean {
  const file = join(folder, "cgroup.subtree_control");
  const isShared = () => readFileSync(file, "utf8").trim().split(" ").includes("memory");
  try {
    if (isShared()) return true;
    if (!isOwn) return false;
    writeFileSync(file, "+memory");
    return isShared();
  } catch {
    return false; // Not the top, and processes are in it; or not there at all.
  }
}

function toPlace(folder: string): Place {
  if (existsSync(join(folder, "memory.limit_in_bytes"))) return { folder, version: 1 };
  if (existsSync(join(folder, "cgroup.controllers")) && sharesMemory(folder, true))
    return { folder, version: 2 };
  throw new Error("the group has no memory controller");
}

/** One line of proc_pid_mountinfo(5). */
function parseMount(line: string) {
  const [before = "", after = ""] = line.split(" - ");
  const [, , , root = "", target = ""] = before.split(" ").map(unescapeSpaces);
  const [type = "", , options = ""] = after.split(" ");
  return { root, target, type, options: options.split(",") };
}

function unescapeSpaces(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function readLines(file: string): string[] {
  return readFileSync(file, "utf8").split("\n").filter(Boolean);
}

/** Tells a process from a later one with the same id. */
function readStartTicks(process: number | string): string {
  try {
    // The command's name, in brackets, may itself hold brackets and spaces.
    const fields = readFileSync(`/proc/${process}/stat`, "latin1").split(") ").at(-1)?.split(" ");
    return fields?.[19] ?? "0";
  } catch {
    return "0";
  }
}

function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, process = "", startTicks] = BASE_NAME.exec(name) ?? [];
    if (process !== "" && readStartTicks(process) !== startTicks) tryRemove(join(parent, name));
  }
}

/** Removes a group with its subgroups. False when one of them still holds a process. */
function tryRemove(folder: string): boolean {
  try {
    const inner = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const removed = inner.map(({ name }) => tryRemove(join(folder, name)));
    if (removed.includes(false)) return false;
    rmdirSync(folder);
    return true;
  } catch {
    return !existsSync(folder);
  }
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
