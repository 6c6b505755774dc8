import { readdirSync, readFileSync } from "node:fs";

/** Process ids of all descendants of a process, as far as they can be seen from here. */
export function processesBelow(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== null) parents.set(Number(name), parent);
  }
  const found: number[] = [];
  const isBelow = (candidate: number): boolean => {
    const parent = parents.get(candidate);
    return parent !== undefined && (parent === pid || isBelow(parent));
  };
  for (const candidate of parents.keys()) if (isBelow(candidate)) found.push(candidate);
  return found;
}

function parentOf(pid: string): number | null {
  try {
    const parent = /\nPPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return parent === undefined ? null : Number(parent);
  } catch {
    return null; // It ended while we looked.
  }
}
