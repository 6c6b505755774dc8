import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll } from "@jest/globals";
import type {
  CollectLimits,
  Executor,
  Program,
  RunOptions,
  RunResult,
} from "#functions/execute/executor/executor.ts";
import {
  createLocalExecutor,
  type LocalExecutorOptions,
} from "#functions/execute/executor/executor-local.ts";
import type { Logger } from "#shared/observability/logger.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A logger that keeps what it is told. */
export function createQuietLogger(lines: string[] = []): Logger {
  return {
    log: (severity, message, fields) => {
      lines.push(JSON.stringify({ severity, message, ...fields }));
    },
    with: () => createQuietLogger(lines),
  };
}

const executors: Executor[] = [];
afterAll(() => Promise.all(executors.map((executor) => executor.close())));

const COLLECT_NOTHING: CollectLimits = { files: 0, fileBytes: 0, totalBytes: 0 };

/** What a run is joined to whose files nobody wants. */
export function toOptions(signal: AbortSignal): RunOptions {
  return { signal, receive: async () => undefined };
}

/** A program with nothing special about it. */
export function toProgram(program: Pick<Program, "language" | "code"> & Partial<Program>): Program {
  return {
    stdin: "",
    engine: "auto",
    timeoutMs: 20_000,
    files: [],
    collect: COLLECT_NOTHING,
    svg: false,
    ...program,
  };
}

/** An executor, closed after the tests of the file that asks. */
export function createTestExecutor(options: Partial<LocalExecutorOptions> = {}): Executor {
  if (!existsSync(`${ROOT}dist/sandbox/javascript/preload.cjs`)) {
    execFileSync(process.execPath, [`${ROOT}scripts/build-sandbox.ts`]);
  }
  const executor = createLocalExecutor({
    logger: createQuietLogger(),
    queueWaitMs: 25_000,
    warm: { python: 2, data: 0, javascript: 1, node: 1 },
    ...options,
  });
  executors.push(executor);
  return executor;
}

/** Runs Python or JavaScript with a generous deadline. */
export function createRunners(executor: Executor) {
  const runner =
    (language: "python" | "javascript") =>
    (
      code: string,
      timeoutMs = 20_000,
      signal: AbortSignal = AbortSignal.timeout(110_000),
    ): Promise<RunResult> =>
      executor.run(toProgram({ language, code, timeoutMs }), toOptions(signal));
  return { python: runner("python"), javascript: runner("javascript") };
}

/**
 * Lines of Python that take so long; from then on that they run, a process of this machine has the mark in its command line.
 * @param mark letters, digits and dashes that nothing else has
 */
export function sleepMarked(mark: string, seconds: number): string {
  return `import subprocess\nsubprocess.run(["/bin/sh", "-c", "sleep ${seconds}; true", "${mark}"])`;
}

/** User ids of the processes of this machine that have the text in their command line. */
export function findProcessUsers(text: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = readProcessFile(pid, "cmdline").replaceAll("\0", " ");
      const user = /^Uid:\s+(\d+)/m.exec(readProcessFile(pid, "status"))?.[1];
      return command.includes(text) && user !== undefined ? [Number(user)] : [];
    });
}

function readProcessFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return ""; // It ended while we looked.
  }
}

/** How many processes of this machine have the text in their command line. */
export function countProcesses(text: string): number {
  return findProcessUsers(text).length;
}
