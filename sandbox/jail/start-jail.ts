import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setPriority } from "node:os";
import { arch, kill } from "node:process";
import { Duplex, type Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { SECCOMP_DESCRIPTOR } from "./bubblewrap-arguments.ts";
import { BUBBLEWRAP_PATH, type Jail, type JailOptions, type JailSpec } from "./jail.ts";
import { toLaunchCommand } from "./launch-command.ts";
import { createSeccompProgram } from "./seccomp-program.ts";

const SECCOMP_PROGRAM = createSeccompProgram(arch === "arm64" ? "arm64" : "x64");

/** How long the launcher may outlive process 1 of its jail before it is killed itself. */
const LAUNCHER_GRACE_MS = 1000;

/**
 * Starts one jail with bubblewrap: every namespace of its own, no network, no capability, a seccomp filter. Dies with
 * this process.
 * @returns at once; a launcher that cannot start shows as `exited` with two nulls, one that refuses as a code and `stderr`
 */
export function startJail(spec: JailSpec, options: JailOptions = {}): Jail {
  const [file = "", ...parameters] = toLaunchCommand(spec, options.bubblewrapPath ?? BUBBLEWRAP_PATH);
  const child = spawn(file, parameters, {
    cwd: "/",
    env: {},
    // A process group of its own: Ctrl-C in a terminal reaches the server alone, which then lets programs finish.
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
  });
  if (spec.niceness !== undefined && child.pid !== undefined) lowerPriority(child.pid, spec.niceness);
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("error", () => resolve({ code: null, signal: null }));
  });
  const seccomp = child.stdio[SECCOMP_DESCRIPTOR];
  if (seccomp instanceof Writable) seccomp.on("error", ignore).end(SECCOMP_PROGRAM);
  child.stdin.on("error", ignore);
  return {
    channel: toChannel(child),
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    kill: () => killJail(child),
  };
}

/** What the launcher starts has its priority; it takes longer to start anything than this call. */
function lowerPriority(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It ended at once: `exited` tells.
  }
}

/** A broken channel shows as its end: the reason is always that the jail is gone. */
function ignore(): void {}

function toChannel(child: ChildProcess): Duplex {
  const channel = child.stdio[3];
  if (!(channel instanceof Duplex)) throw new Error("Node made descriptor 3 something other than a socket");
  return channel.on("error", ignore);
}

/**
 * Kills process 1 of the jail rather than the launcher: the kernel then ends every process of the jail before the launcher
 * can see it, so that `exited` means that all are gone. A launcher without children is killed with its whole group: what it starts
 * at this very moment would otherwise wait for it for ever.
 */
function killJail(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const inner = readChildren(pid);
  if (inner.length === 0) tryKill(-pid);
  for (const process of inner) tryKill(process);
  const timer = setTimeout(() => {
    for (const process of readChildren(pid)) tryKill(process);
    tryKill(-pid);
  }, LAUNCHER_GRACE_MS);
  child.once("exit", () => clearTimeout(timer));
}

function readChildren(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1");
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function tryKill(pid: number): void {
  try {
    kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in between.
  }
}

/** Keeps what a stream says up to a limit. @returns gives what has come by then */
export function keepBounded(stream: Readable, limitBytes: number): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on("data", (chunk: Buffer) => {
    if (size < limitBytes) chunks.push(chunk);
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).subarray(0, limitBytes).toString("utf8");
}

/** Collects a stream up to a limit; the rest is read and dropped so that the writer never blocks. */
export async function readBounded(stream: Readable, limitBytes: number): Promise<string> {
  const read = keepBounded(stream, limitBytes);
  await finished(stream, { writable: false }).catch(() => undefined);
  return read();
}
