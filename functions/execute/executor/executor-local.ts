import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import type { JailOptions } from "#sandbox/jail/jail.ts";
import { JAIL_USER } from "#sandbox/jail/launch-command.ts";
import { openMemoryCgroup } from "#sandbox/jail/memory-cgroup.ts";
import { type JailProbe, probeJail } from "#sandbox/jail/probe-jail.ts";
import { findNode, JAVASCRIPT_FOLDER, PYTHON_PATH } from "#sandbox/supervisor/inside.ts";
import { SandboxError } from "#sandbox/supervisor/run-program.ts";
import { DEFAULT_SANDBOX_LIMITS, type SandboxLimits } from "#sandbox/supervisor/sandbox-limits.ts";
import type { SandboxReport } from "#sandbox/supervisor/sandbox-report.ts";
import { startColdSandbox } from "#sandbox/supervisor/start-cold-sandbox.ts";
import { createSandboxPool, type SandboxStart } from "#sandbox/zygote/sandbox-pool.ts";
import { startZygote } from "#sandbox/zygote/start-zygote.ts";
import type { SandboxCounts } from "#sandbox/zygote/waiting-sandboxes.ts";
import type { Language } from "#shared/contract/execute/execute-code.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { hidePaths } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import type { Executor, LanguageReport, Program, RunResult } from "./executor.ts";

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
export const DEFAULT_WARM: SandboxCounts = { python: 8, data: 4, javascript: 4 };

/** Programs that run at the same time on this machine when nothing else is asked for: many of them wait for something. */
export const DEFAULT_CONCURRENCY = 4 * availableParallelism();

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
  const { logger } = options;
  const memoryCgroup =
    options.memoryCgroup === false ? null : openMemoryCgroup({ uid: Number(JAIL_USER), logger });
  const pool = createSandboxPool({
    sizes: { ...DEFAULT_WARM, ...options.warm },
    limits,
    startZygote: (warmth) => startZygote(warmth, limits, { ...options, memoryCgroup }),
    startCold: (language) => startColdSandbox(language, limits, options),
    onLost: (warmth, reason) =>
      logger.log("WARNING", "A zygote was lost and is replaced", { warmth, cause: hidePaths(reason) }),
  });
  const slots = createSlots({
    places: options.concurrency ?? DEFAULT_CONCURRENCY,
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
      const { report, start } = await pool.run(program, { signal });
      if (report.why === "lost") logger.log("WARNING", "A sandbox ended without a report", { start });
      return toRunResult(report, start);
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
    const program = {
      language: name,
      code: VERSION_PROGRAMS[name],
      stdin: "",
      engine: "auto",
      timeoutMs: VERSION_TIMEOUT_MS,
    } as const;
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
      await memoryCgroup?.close();
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

function toRunResult(report: SandboxReport, start: SandboxStart): RunResult {
  return {
    ...toEnd(report),
    start,
    stdout: report.stdout,
    stderr: report.stderr,
    truncated: report.stdoutDropped > 0 || report.stderrDropped > 0,
    engine: report.engine,
    wallMs: report.wallMs,
  };
}

function toEnd(report: SandboxReport): Pick<RunResult, "status" | "exitCode" | "signal" | "limit"> {
  const { why, code, signal } = report;
  const killed = { exitCode: null, signal: "SIGKILL" } as const;
  switch (why) {
    case "timed_out":
    case "stopped":
      return { status: "timed_out", ...killed, limit: null };
    case "cpu_exhausted":
      return { status: "timed_out", ...killed, limit: "cpu_time" };
    case "lost":
      return { status: "killed", ...killed, limit: null };
    case "too_many_files":
      return { status: "killed", ...killed, limit: "files" };
    case "out_of_memory":
      return { status: "out_of_memory", exitCode: code, signal, limit: null };
    case "ended":
      if (signal !== null) return { status: "killed", exitCode: null, signal, limit: null };
      return { status: code === 0 ? "succeeded" : "failed", exitCode: code, signal: null, limit: null };
  }
}
