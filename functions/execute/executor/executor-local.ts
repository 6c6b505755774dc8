import { availableParallelism } from "node:os";
import { toDocumentedResult } from "#sandbox/entry/to-documented-result.ts";
import type { JailOptions } from "#sandbox/jail/jail.ts";
import { describeInputProblem } from "#sandbox/supervisor/describe-input-problem.ts";
import { createFindObstacle } from "#sandbox/supervisor/find-obstacle.ts";
import { SandboxError } from "#sandbox/supervisor/run-program.ts";
import { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from "#sandbox/supervisor/sandbox-limits.ts";
import { InputError } from "#sandbox/supervisor/send-inputs.ts";
import { openSandboxes } from "#sandbox/zygote/open-sandboxes.ts";
import type { SandboxCounts } from "#sandbox/zygote/waiting-sandboxes.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { Executor, Program, RunOptions, RunResult } from "./executor.ts";
import { createReportLanguages } from "./report-languages.ts";

/** What the local executor is built with; everything but the logger has a default. */
export interface LocalExecutorOptions extends JailOptions {
  readonly logger: Logger;
  /** Programs that run at the same time; four for each processor by default. */
  readonly concurrency?: number;
  /** Sandboxes that wait for a program of each kind. */
  readonly warm?: Partial<SandboxCounts>;
  /** False where memory is counted by the supervisor although there are control groups. */
  readonly memoryCgroup?: boolean;
  /** Programs that wait for a sandbox; 32 by default. */
  readonly queueLength?: number;
  /** Longest wait of a program for a sandbox; 10 s by default. */
  readonly queueWaitMs?: number;
  readonly limits?: Partial<SandboxLimits>;
}

/** Sandboxes that wait when nothing else is asked for. */
export const DEFAULT_WARM: SandboxCounts = { python: 8, data: 4, javascript: 8, node: 4 };

/** Programs that run at the same time on this machine when nothing else is asked for: many of them wait for something. */
export const DEFAULT_CONCURRENCY = 4 * availableParallelism();

const BUSY_RETRY_SECONDS = 2;

/**
 * Runs programs on this machine, each in a jail of its own. Without a working sandbox every run is refused: there is no way
 * around it.
 */
export function createLocalExecutor(options: LocalExecutorOptions): Executor {
  const limits = { ...DEFAULT_SANDBOX_LIMITS, ...options.limits };
  const { logger } = options;
  const sandboxes = openSandboxes({ ...options, warm: { ...DEFAULT_WARM, ...options.warm }, limits });
  const { pool } = sandboxes;
  const slots = createSlots({
    places: options.concurrency ?? DEFAULT_CONCURRENCY,
    queue: options.queueLength ?? 32,
    waitMs: options.queueWaitMs ?? 10_000,
    busyMessage: "Every sandbox is busy: send the program again in a moment.",
    retryAfterSeconds: BUSY_RETRY_SECONDS,
  });
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const findObstacle = createFindObstacle(options);

  async function runInSandbox(program: Program, joined: RunOptions): Promise<RunResult> {
    const { report, start } = await pool.run(program, joined);
    const { cut } = report.files;
    if (cut !== null) logger.log("WARNING", "A sandbox did not hand over all files", { start, cause: cut });
    if (report.why === "lost") logger.log("WARNING", "A sandbox ended without a report", { start });
    return toDocumentedResult(report, start);
  }

  async function runInPlace(program: Program, joined: RunOptions): Promise<RunResult> {
    const { signal } = joined;
    const release = await slots.take(signal);
    try {
      const reason = await findObstacle(program.language);
      if (reason !== null) throw new AppError("sandbox_unavailable", reason);
      signal.throwIfAborted();
      return await runInSandbox(program, joined);
    } finally {
      release();
      // After the answer is on its way: starting a process holds this one up.
      setImmediate(() => pool.refill());
    }
  }

  const toSignal = (caller: AbortSignal) => AbortSignal.any([caller, closing.signal]);

  /** Lets `close` wait for a run, and turns what goes wrong into words for the public. */
  async function settle(run: Promise<RunResult>, caller: AbortSignal): Promise<RunResult> {
    running.add(run);
    try {
      return await run;
    } catch (error) {
      throw toPublicError(error, { caller, closing: closing.signal, logger, limits });
    } finally {
      running.delete(run);
    }
  }

  async function run(program: Program, { signal, receive }: RunOptions): Promise<RunResult> {
    if (closing.signal.aborted) throw shuttingDown();
    return settle(runInPlace(program, { signal: toSignal(signal), receive }), signal);
  }

  const reportLanguages = createReportLanguages({
    findObstacle,
    run: (program, { signal, receive }) =>
      settle(runInSandbox(program, { signal: toSignal(signal), receive }), signal),
    logger,
  });

  return {
    run,
    listLanguages: ({ signal }) => reportLanguages(signal),
    async close() {
      closing.abort(shuttingDown());
      await Promise.allSettled(running);
      await sandboxes.close();
    },
  };
}

function shuttingDown(): AppError {
  return new AppError("shutting_down", "The server is stopping: send the program again in a moment.");
}

function toPublicError(
  error: unknown,
  context: {
    readonly caller: AbortSignal;
    readonly closing: AbortSignal;
    readonly logger: Logger;
    readonly limits: SandboxLimits;
  },
): unknown {
  const { caller, closing, logger, limits } = context;
  if (caller.aborted) return caller.reason;
  if (closing.aborted) return closing.reason;
  if (error instanceof InputError) {
    return new AppError("invalid_file", describeInputProblem(error.problem, limits));
  }
  if (error instanceof SandboxError) {
    logger.log("ERROR", "A sandbox failed", { cause: hidePaths(error.message) });
    const sentence = "The sandbox did not start: try again; if it stays, look in the server's log.";
    return new AppError("sandbox_unavailable", sentence);
  }
  return error;
}
