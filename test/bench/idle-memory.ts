import { readlinkSync } from "node:fs";
import { processesBelow } from "../support/processes-below.ts";
import { measureMemory, readIfThere, readState, treeOf } from "./process-tree.ts";

/** Processes of one kind that belong together, such as all sandboxes that wait for a JavaScript program. */
export interface Part {
  readonly name: string;
  readonly count: number;
  /** All together. */
  readonly bytes: number;
}

/** Sorts an idle server and its descendants into parts, each process into one; the sum of the parts is the whole. */
export function measureParts(server: number): readonly Part[] {
  const below = processesBelow(server);
  const zygotes = below.filter((pid) => isZygote(pid) && !isZygote(readState(pid)?.parent ?? 0));
  const parts: Part[] = [{ name: "the server itself", count: 1, bytes: measureMemory([server]) }];
  const sorted = new Set([server]);
  const add = (name: string, groups: readonly (readonly number[])[]) => {
    const pids = groups.flat();
    for (const pid of pids) sorted.add(pid);
    if (groups.length > 0) parts.push({ name, count: groups.length, bytes: measureMemory(pids) });
  };
  for (const zygote of zygotes.toSorted((a, b) => Number(hasData(a)) - Number(hasData(b)))) {
    const isHeavy = hasData(zygote);
    add(isHeavy ? "zygote with the data libraries" : "zygote with the standard library", [[zygote]]);
    const children = childrenOf(zygote);
    const forking = children.filter(isForking);
    add(
      "Node that forks",
      forking.map((pid) => [pid]),
    );
    const forks = forking.flatMap(childrenOf);
    const isIn = (jail: number) => (pid: number) => jailOf(pid) === jailOf(jail);
    const trees = children
      .filter((pid) => !isForking(pid))
      .map((pid) => [...treeOf(pid), ...forks.filter(isIn(pid))]);
    const names = { python: isHeavy ? "Python with data" : "Python", node: "Node", fork: "JavaScript" };
    for (const [kind, name] of Object.entries(names)) {
      add(
        `waiting for ${name}`,
        trees.filter((tree) => kindOf(tree) === kind),
      );
    }
  }
  const holdsZygote = (pid: number) => treeOf(pid).some((each) => zygotes.includes(each));
  const children = below.filter((pid) => readState(pid)?.parent === server);
  const unsorted = (pid: number) => treeOf(pid).filter((each) => !sorted.has(each));
  add("jail around a zygote", children.filter(holdsZygote).map(unsorted));
  const others = children.filter((pid) => !sorted.has(pid));
  add("the SQL engine in its jail", others.map(unsorted));
  return parts;
}

function childrenOf(parent: number): number[] {
  return processesBelow(parent).filter((pid) => readState(pid)?.parent === parent);
}

/** A Node that forks, and its forks. */
function isForking(pid: number): boolean {
  return commandOf(pid).some((word) => word.endsWith("/fork-isolates.cjs"));
}

function kindOf(sandbox: readonly number[]): "python" | "node" | "fork" {
  if (sandbox.some(isForking)) return "fork";
  return sandbox.some((pid) => commandOf(pid)[0]?.endsWith("node")) ? "node" : "python";
}

/** The name of its namespace of process ids; empty when it has ended. */
function jailOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return "";
  }
}

function hasData(pid: number): boolean {
  return (readIfThere(`/proc/${pid}/maps`) ?? "").includes("/numpy/");
}

/** Clones of a zygote have its command line; so do the launchers around it, further behind. */
function isZygote(pid: number): boolean {
  const command = commandOf(pid);
  return command[1] === "/sandbox/zygote/zygote.py" && command[0]?.endsWith("python3") === true;
}

function commandOf(pid: number): readonly string[] {
  return readIfThere(`/proc/${pid}/cmdline`)?.split("\0") ?? [];
}
