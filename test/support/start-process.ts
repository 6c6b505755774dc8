import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A server of its own process. */
export interface RunningProcess {
  readonly pid: number;
  /** The first match of the pattern that meant readiness. */
  readonly ready: RegExpExecArray;
  /** Resolves when the process and its streams are gone. */
  readonly ended: Promise<unknown>;
  /** Everything that the process wrote so far, both streams. */
  output(): string;
  /** Sends a signal, SIGTERM by default, and resolves with the exit code when the process and its streams are gone. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** How to start a process. */
export interface StartOptions {
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Readiness: matched against everything written so far. */
  readonly ready: RegExp;
  readonly timeoutMs?: number;
}

const START_TIMEOUT_MS = 100_000;
const STOP_TIMEOUT_MS = 30_000;

/**
 * Starts a process and waits until it writes what `ready` matches.
 * @throws Error with the process's own words when it ends or is silent for too long; it is killed then.
 */
export async function startProcess(options: StartOptions): Promise<RunningProcess> {
  const [command, ...parameters] = options.command;
  const child = spawn(command, parameters, {
    cwd: options.cwd,
    env: { ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const closed = once(child, "close").then(([code]) => code as number | null);
  closed.catch(() => undefined);
  let written = "";
  const output = () => written;
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    const fail = (reason: string) => {
      child.kill("SIGKILL");
      reject(new Error(`${options.command.join(" ")}: ${reason}\n${written}`));
    };
    const timer = setTimeout(() => fail("not ready in time"), options.timeoutMs ?? START_TIMEOUT_MS);
    let isReady = false;
    const read = (chunk: Buffer) => {
      written += chunk.toString("utf8");
      if (isReady) return;
      const match = options.ready.exec(written);
      if (match === null) return;
      isReady = true;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) => {
      if (signal !== null) written += `\n(ended by ${signal})\n`;
      fail(`ended with ${code ?? signal}`);
    });
    child.on("close", () => clearTimeout(timer));
  });
  return {
    pid: child.pid ?? -1,
    ready,
    ended: closed,
    output,
    stop: (signal = "SIGTERM") => stop(child, closed, signal, output),
  };
}

async function stop(
  child: ChildProcess,
  closed: Promise<number | null>,
  signal: NodeJS.Signals,
  output: () => string,
): Promise<number | null> {
  child.kill(signal);
  let killed = false;
  const timer = setTimeout(() => {
    killed = true;
    child.kill("SIGKILL");
  }, STOP_TIMEOUT_MS);
  const code = await closed;
  clearTimeout(timer);
  if (killed) throw new Error(`the process did not stop on ${signal}\n${output()}`);
  return code;
}
