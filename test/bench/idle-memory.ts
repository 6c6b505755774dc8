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
    const sandboxes = processesBelow(zygote).filter((pid) => readState(pid)?.parent === zygote);
    const trees = sandboxes.map((pid) => treeOf(pid));
    const isNode = (tree: readonly number[]) => tree.some((pid) => commandOf(pid)[0]?.endsWith("node"));
    const pythonName = isHeavy ? "waiting for Python with data" : "waiting for Python";
    add(
      pythonName,
      trees.filter((tree) => !isNode(tree)),
    );
    add(
      "waiting for JavaScript",
      trees.filter((tree) => isNode(tree)),
    );
  }
  const holdsZygote = (pid: number) => treeOf(pid).some((each) => zygotes.includes(each));
  const children = below.filter((pid) => readState(pid)?.parent === server);
  const unsorted = (pid: number) => treeOf(pid).filter((each) => !sorted.has(each));
  add("jail around a zygote", children.filter(holdsZygote).map(unsorted));
  const others = children.filter((pid) => !sorted.has(pid));
  add("the SQL engine in its jail", others.map(unsorted));
  return parts;
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
