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

function pythons(depth: number): number[] {
  return processesBelow(process.pid).filter(
    (pid) =>
      depthOf(pid) === OWN_DEPTH + depth &&
      read(pid, "cmdline").startsWith("/usr/bin/python3\0/sandbox/zygote/"),
  );
}

/** Process ids of the zygotes of this process: interpreters, each in a jail. */
export function findZygotes(): number[] {
  return pythons(1);
}

/** Process ids of the supervisors of warm sandboxes, each process 1 of a jail in a zygote's jail. */
export function findSupervisors(): number[] {
  return pythons(2).filter((pid) => /^NSpid:.*\t1$/m.test(read(pid, "status")));
}
