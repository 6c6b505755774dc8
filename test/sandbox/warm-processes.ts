import { readFileSync } from "node:fs";
import { processesBelow } from "../support/processes-below.ts";

/** Namespaces of process ids, from this process's own to that of the process: 1 for a process of this machine itself. */
function depthOf(pid: number): number {
  const line = /^NSpid:(.*)$/m.exec(read(pid, "status"))?.[1] ?? "";
  return line.trim().split(/\s+/).length;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "latin1");
  } catch {
    return ""; // It ended while we looked.
  }
}

const OWN_DEPTH = depthOf(process.pid);

function findProcesses(depth: number, command: string): number[] {
  return processesBelow(process.pid).filter(
    (pid) => depthOf(pid) === OWN_DEPTH + depth && read(pid, "cmdline").startsWith(command),
  );
}

const pythons = (depth: number) => findProcesses(depth, "/usr/bin/python3\0/sandbox/zygote/");
const nodes = (depth: number) => findProcesses(depth, "node\0");

/** Process ids of the zygotes of this process: interpreters, each in a jail. */
export function findZygotes(): number[] {
  return pythons(1);
}

/** Process ids of the supervisors of warm sandboxes, each process 1 of a jail in a zygote's jail. */
export function findSupervisors(): number[] {
  return pythons(2).filter((pid) => /^NSpid:.*\t1$/m.test(read(pid, "status")));
}

/** Process ids of the Nodes that fork, each beside a zygote. */
export function findNodeZygotes(): number[] {
  return nodes(1).filter((pid) => read(pid, "cmdline").includes("fork-isolates"));
}

/** Process ids of the processes of JavaScript programs in warm sandboxes: those that were forked, and those that were started. */
export function findNodes(): { readonly forked: number[]; readonly started: number[] } {
  const all = nodes(2);
  const isForked = (pid: number) => read(pid, "cmdline").includes("fork-isolates");
  return { forked: all.filter(isForked), started: all.filter((pid) => !isForked(pid)) };
}
