import type { Language } from "#shared/contract/execute/languages.ts";
import { namesNode } from "../languages/javascript/names-node.ts";
import { needsDataLibraries } from "../languages/python/choose-imports.ts";
import {
  NeedsNodeError,
  runProgram,
  SandboxError,
  type SandboxProgram,
  type SandboxRunOptions,
} from "../supervisor/run-program.ts";
import type { Sandbox } from "../supervisor/sandbox.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import type { SandboxReport } from "../supervisor/sandbox-report.ts";
import {
  keepWaiting,
  type SandboxCounts,
  type SandboxKind,
  type WaitingSandboxesOptions,
} from "./waiting-sandboxes.ts";

/** How a sandbox came to its program: it waited, or it was started for it. */
export type SandboxStart = "warm" | "cold";

/** A program's end, and how its sandbox came to it. */
export interface PoolRun {
  readonly report: SandboxReport;
  readonly start: SandboxStart;
}

/** Runs programs in sandboxes that have already started, each of which serves one program. */
export interface SandboxPool {
  /**
   * Runs a program in a sandbox that waits, or in a new one when none does.
   * @throws the signal's reason when it aborts; what `receive` throws; InputError when the files do not fit; SandboxError when the
   *   sandbox itself fails
   */
  run(program: SandboxProgram, options: JoinedRun): Promise<PoolRun>;
  /** Starts sandboxes, few at a time, until as many wait as should. */
  refill(): void;
  /** How many wait, ready, for a program of each kind. */
  count(): SandboxCounts;
  /** Ends every sandbox; resolves when all are gone. */
  close(): Promise<void>;
}

/** What a pool is built with. */
export interface SandboxPoolOptions extends WaitingSandboxesOptions {
  readonly limits: SandboxLimits;
  /** Starts a sandbox without a zygote: the fallback. */
  readonly startCold: (language: Language) => Sandbox;
}

/** A program waits this long for a sandbox that is being made ready before it gets a cold one. */
const PROGRAM_WAITS_MS = 3_000;

/** A cold sandbox that takes longer to start its program is given up for a second one, which has all the time there is. */
const FIRST_START_MS = 5_000;

/** What a run is joined to, beside the pool's own limits. */
type JoinedRun = Omit<SandboxRunOptions, "limits" | "startMs">;

/** Builds a pool, which begins to fill at once. */
export function createSandboxPool(options: SandboxPoolOptions): SandboxPool {
  const { limits, startCold } = options;
  const waiting = keepWaiting(options);
  const cold = new Set<Sandbox>();

  async function runInNew(program: SandboxProgram, options: SandboxRunOptions): Promise<PoolRun> {
    const sandbox = startCold(program.language);
    cold.add(sandbox);
    void sandbox.exited.then(() => cold.delete(sandbox));
    return { report: await runProgram(sandbox, program, options), start: "cold" };
  }

  async function runCold(program: SandboxProgram, joined: JoinedRun): Promise<PoolRun> {
    // Files are not sent twice.
    if (program.files.length > 0) return runInNew(program, { ...joined, limits });
    try {
      return await runInNew(program, { ...joined, limits, startMs: FIRST_START_MS });
    } catch (error) {
      if (!mayTryAgain(error)) throw error;
      return runInNew(program, { ...joined, limits });
    }
  }

  async function runWaiting(
    sandbox: Sandbox,
    start: SandboxStart,
    { program, joined }: { program: SandboxProgram; joined: JoinedRun },
  ): Promise<PoolRun> {
    try {
      return { report: await runProgram(sandbox, program, { ...joined, limits }), start };
    } catch (error) {
      // A sandbox that waited may have died unnoticed.
      if (!mayTryAgain(error)) throw error;
      return runCold(program, joined);
    }
  }

  async function runKind(kind: SandboxKind, program: SandboxProgram, joined: JoinedRun): Promise<PoolRun> {
    const sandbox = waiting.take(kind);
    if (sandbox === null) return runCold(program, joined);
    const start = sandbox.isReady() ? "warm" : "cold";
    const state = start === "warm" ? "ready" : await waitUntilReady(sandbox, joined.signal);
    if (state === "late") waiting.giveUp(kind, sandbox);
    if (state !== "ready") return runCold(program, joined);
    return runWaiting(sandbox, start, { program, joined });
  }

  return {
    async run(program, joined) {
      try {
        return await runKind(toKind(program), program, joined);
      } catch (error) {
        if (!(error instanceof NeedsNodeError) || error.tookFiles) throw error;
        return runKind("node", program, joined);
      }
    },
    refill: waiting.refill,
    count: waiting.count,
    async close() {
      for (const sandbox of cold) sandbox.kill();
      await Promise.all([...cold].map((sandbox) => sandbox.exited));
      await waiting.close();
    },
  };
}

/** True when the sandbox failed and its program, which has not begun, can be given to another one. */
function mayTryAgain(error: unknown): boolean {
  return error instanceof SandboxError && !error.tookFiles && !(error instanceof NeedsNodeError);
}

/** A wrong guess costs time and nothing else; files are not sent twice. */
function toKind({ language, code, engine, files }: SandboxProgram): SandboxKind {
  if (language === "javascript") {
    if (engine === "isolated-vm") return "javascript";
    return engine === "node" || files.length > 0 || namesNode(code) ? "node" : "javascript";
  }
  return needsDataLibraries(code) ? "data" : "python";
}

/** @throws the signal's reason when it aborts; the sandbox is then being killed */
async function waitUntilReady(sandbox: Sandbox, signal: AbortSignal): Promise<"ready" | "ended" | "late"> {
  const other = Promise.withResolvers<"late">();
  const timer = setTimeout(() => other.resolve("late"), PROGRAM_WAITS_MS);
  const leave = () => {
    sandbox.kill();
    other.reject(signal.reason);
  };
  signal.addEventListener("abort", leave, { once: true });
  try {
    signal.throwIfAborted();
    const ready = sandbox.ready.then((isReady) => (isReady ? "ready" : "ended"));
    return await Promise.race([ready, other.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}
