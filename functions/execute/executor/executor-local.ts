import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { JailOptions } from "#sandbox/jail/jail.ts";
import { type JailProbe, probeJail } from "#sandbox/jail/probe-jail.ts";
import { SandboxError } from "#sandbox/supervisor/run-program.ts";
import { createSandboxPool } from "#sandbox/supervisor/sandbox-pool.ts";
import type { SandboxReport } from "#sandbox/supervisor/sandbox-report.ts";
import {
  DEFAULT_SANDBOX_LIMITS,
  findNode,
  JAVASCRIPT_FOLDER,
  PYTHON_PATH,
  type SandboxLimits,
  startSandbox,
} from "#sandbox/supervisor/start-sandbox.ts";
import type { Language } from "#shared/contract/execute/execute-code.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { Executor, LanguageReport, Program, RunResult } from "./executor.ts";

/** What the local executor is built with; everything but the logger has a default. */
export interface LocalExecutorOptions extends JailOptions {
  readonly logger: Logger;
  /** Programs that run at the same time; one for each processor, at least two, by default. */
  readonly concurrency?: number;
  /** Sandboxes that wait for a program when nothing runs; as many as `concurrency` by default. */
  readonly waitingSandboxes?: number;
  /** Programs that wait for a sandbox; 32 by default. */
  readonly queueLength?: number;
  /** Longest wait of a program for a sandbox; 10 s by default. */
  readonly queueWaitMs?: number;
  readonly limits?: Partial<SandboxLimits>;
}

/** A failed probe is asked again after this time: the owner may have installed what was missing. */
const PROBE_AGAIN_MS = 10_000;
const BUSY_RETRY_SECONDS = 2;
const VERSION_TIMEOUT_MS = 10_000;

const VERSION_PROGRAMS: Readonly<Record<Language, string>> = {
  python: "import platform\nprint(platform.python_version())",
  javascript: "console.log(process.versions.node)",
};

/**
 * Runs programs on this machine, each in a jail of its own. Without a working sandbox every run is refused: there is no way
 * around it.
 */
export function createLocalExecutor(options: LocalExecutorOptions): Executor {
  const limits = { ...DEFAULT_SANDBOX_LIMITS, ...options.limits };
  const concurrency = options.concurrency ?? Math.max(2, availableParallelism());
  const pool = createSandboxPool({
    size: options.waitingSandboxes ?? concurrency,
    limits,
    start: () => startSandbox(limits, options),
  });
  const slots = createSlots({
    places: concurrency,
    queue: options.queueLength ?? 32,
    waitMs: options.queueWaitMs ?? 10_000,
    busyMessage: "Every sandbox is busy: send the program again in a moment.",
    retryAfterSeconds: BUSY_RETRY_SECONDS,
  });
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const versions = new Map<Language, string>();
  const probe = createProbe(options);

  async function runNow(program: Program, signal: AbortSignal): Promise<RunResult> {
    const release = await slots.take(signal);
    try {
      const reason = await findObstacle(program.language, probe);
      if (reason !== null) throw new AppError("sandbox_unavailable", reason);
      signal.throwIfAborted();
      return toRunResult(await pool.run(program, { signal }));
    } finally {
      release();
      // After the answer is on its way: starting a process holds this one up.
      setImmediate(() => pool.refill());
    }
  }

  async function run(program: Program, { signal }: { signal: AbortSignal }): Promise<RunResult> {
    if (closing.signal.aborted) throw shuttingDown();
    const run = runNow(program, AbortSignal.any([signal, closing.signal]));
    running.add(run);
    try {
      return await run;
    } catch (error) {
      throw toPublicError(error, signal, closing.signal, options.logger);
    } finally {
      running.delete(run);
    }
  }

  async function reportLanguage(name: Language, signal: AbortSignal): Promise<LanguageReport> {
    const reason = await findObstacle(name, probe);
    if (reason !== null) return { name, version: null, available: false, reason };
    const known = versions.get(name);
    if (known !== undefined) return { name, version: known, available: true };
    const program = { language: name, code: VERSION_PROGRAMS[name], timeoutMs: VERSION_TIMEOUT_MS };
    const { status, stdout } = await run(program, { signal });
    const version = stdout.trim();
    if (status !== "succeeded" || version === "") {
      const broken = "The language does not start in the sandbox: look in the server's log.";
      options.logger.log("ERROR", "A language does not start in the sandbox", { language: name, status });
      return { name, version: null, available: false, reason: broken };
    }
    versions.set(name, version);
    return { name, version, available: true };
  }

  return {
    run,
    listLanguages: ({ signal }) =>
      Promise.all((["python", "javascript"] as const).map((name) => reportLanguage(name, signal))),
    async close() {
      closing.abort(shuttingDown());
      await Promise.allSettled(running);
      await pool.close();
    },
  };
}

/** Remembers a success for good and a failure for a moment. */
function createProbe(options: JailOptions): () => Promise<JailProbe> {
  let last: { readonly at: number; readonly result: Promise<JailProbe> } | null = null;
  return async () => {
    last ??= { at: performance.now(), result: probeJail(options) };
    const { at, result } = last;
    const found = await result;
    if (!found.available && performance.now() - at > PROBE_AGAIN_MS) last = null;
    return found;
  };
}

/** Why a language cannot run here, as a sentence for the public; null when it can. */
async function findObstacle(language: Language, probe: () => Promise<JailProbe>): Promise<string | null> {
  const found = await probe();
  if (!found.available) return found.reason;
  if (!existsSync(PYTHON_PATH)) return "The sandbox needs Python: install it with `apt-get install python3`.";
  if (language === "python") return null;
  if (findNode() === null) return "JavaScript needs Node 24: run `npm ci`.";
  if (!existsSync(JAVASCRIPT_FOLDER)) {
    return "The JavaScript sandbox is not built: run `node scripts/build-sandbox.ts`.";
  }
  return null;
}

function shuttingDown(): AppError {
  return new AppError("shutting_down", "The server is stopping: send the program again in a moment.");
}

function toPublicError(error: unknown, caller: AbortSignal, closing: AbortSignal, logger: Logger): unknown {
  if (caller.aborted) return caller.reason;
  if (closing.aborted) return closing.reason;
  if (error instanceof SandboxError) {
    logger.log("ERROR", "A sandbox failed", { cause: hidePaths(error.message) });
    const sentence = "The sandbox did not start: try again; if it stays, look in the server's log.";
    return new AppError("sandbox_unavailable", sentence);
  }
  return error;
}

function toRunResult(report: SandboxReport): RunResult {
  return {
    ...toEnd(report),
    stdout: report.stdout,
    stderr: report.stderr,
    truncated: report.stdoutDropped > 0 || report.stderrDropped > 0,
    engine: report.engine,
    wallMs: report.wallMs,
  };
}

function toEnd(report: SandboxReport): Pick<RunResult, "status" | "exitCode" | "signal"> {
  const { why, code, signal } = report;
  if (why === "timed_out" || why === "stopped") {
    return { status: "timed_out", exitCode: null, signal: "SIGKILL" };
  }
  if (why === "out_of_memory") return { status: "out_of_memory", exitCode: code, signal };
  if (why === "too_many_files") return { status: "killed", exitCode: null, signal: "SIGKILL" };
  if (signal !== null) return { status: "killed", exitCode: null, signal };
  return { status: code === 0 ? "succeeded" : "failed", exitCode: code, signal: null };
}
