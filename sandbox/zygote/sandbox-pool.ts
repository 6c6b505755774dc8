import type { Language } from "#shared/contract/execute/execute-code.ts";
import { needsDataLibraries } from "../languages/python/choose-imports.ts";
import { runProgram, SandboxError, type SandboxProgram } from "../supervisor/run-program.ts";
import type { Sandbox } from "../supervisor/sandbox.ts";
import type { SandboxLimits } from "../supervisor/sandbox-limits.ts";
import type { SandboxReport } from "../supervisor/sandbox-report.ts";
import { keepZygote, type ZygoteKeeper } from "./keep-zygote.ts";
import type { Warmth, Zygote } from "./start-zygote.ts";

/** What a sandbox waits for: a Python program, one that uses numpy and the like, a JavaScript program. */
export type SandboxKind = "python" | "data" | "javascript";

/** How a sandbox came to its program: it waited, or it was started for it. */
export type SandboxStart = "warm" | "cold";

/** Runs programs in sandboxes that have already started, each of which serves one program. */
export interface SandboxPool {
  /**
   * Runs a program in a sandbox that waits, or in a new one when none does.
   * @throws the signal's reason when it aborts; SandboxError when the sandbox itself fails
   */
  run(
    program: SandboxProgram,
    options: { readonly signal: AbortSignal },
  ): Promise<{ readonly report: SandboxReport; readonly start: SandboxStart }>;
  /** Starts sandboxes, few at a time, until as many wait as should. */
  refill(): void;
  /** How many wait, ready, for a program of each kind. */
  count(): Readonly<Record<SandboxKind, number>>;
  /** Ends all that wait; resolves when they and those whose program has ended are gone. */
  close(): Promise<void>;
}

const KINDS: Readonly<Record<SandboxKind, { readonly language: Language; readonly warmth: Warmth }>> = {
  python: { language: "python", warmth: "light" },
  data: { language: "python", warmth: "heavy" },
  javascript: { language: "javascript", warmth: "light" },
};
const KIND_NAMES = ["python", "javascript", "data"] as const;

/** So many are made ready at the same time: the rest of the machine belongs to programs that run. */
const PREPARED_AT_ONCE = 2;
/** A sandbox that is not ready by then never will be; nor will the next one of the same zygote. */
const READY_DEADLINE_MS = 10_000;
/** A program waits this long for a sandbox that is being made ready before it gets a cold one. */
const PROGRAM_WAITS_MS = 3_000;

/** What a pool is built with. */
export interface SandboxPoolOptions {
  /** How many sandboxes wait for each kind of program; none makes every start of that kind a cold one. */
  readonly sizes: Readonly<Record<SandboxKind, number>>;
  readonly limits: SandboxLimits;
  readonly startZygote: (warmth: Warmth) => Zygote;
  readonly startCold: (language: Language) => Sandbox;
  /** Hears why a zygote was lost; for the log. */
  readonly onLost: (warmth: Warmth, reason: string) => void;
}

/** Keeps zygotes, and as many of their sandboxes waiting as `sizes` says. It starts at once. */
export function createSandboxPool(options: SandboxPoolOptions): SandboxPool {
  const { sizes, limits, startCold } = options;
  const waiting: Record<SandboxKind, Set<Sandbox>> = {
    python: new Set(),
    data: new Set(),
    javascript: new Set(),
  };
  const cold = new Set<Sandbox>();
  const preparing = new Set<Sandbox>();
  const keepers = new Map<Warmth, ZygoteKeeper>();
  let closed = false;

  for (const warmth of ["light", "heavy"] as const) {
    if (!KIND_NAMES.some((kind) => sizes[kind] > 0 && KINDS[kind].warmth === warmth)) continue;
    keepers.set(
      warmth,
      keepZygote({
        start: () => options.startZygote(warmth),
        onReady: refill,
        onLost: (reason) => options.onLost(warmth, reason),
      }),
    );
  }

  function refill(): void {
    for (const kind of KIND_NAMES) {
      while (!closed && waiting[kind].size < sizes[kind] && preparing.size < PREPARED_AT_ONCE) {
        if (!prepare(kind)) break;
      }
    }
  }

  /** @returns false when no zygote is there to make one */
  function prepare(kind: SandboxKind): boolean {
    const sandbox = clone(kind);
    if (sandbox === null) return false;
    waiting[kind].add(sandbox);
    preparing.add(sandbox);
    const deadline = setTimeout(() => giveUp(kind, sandbox), READY_DEADLINE_MS);
    deadline.unref();
    void sandbox.exited.then(() => waiting[kind].delete(sandbox));
    void sandbox.ready.then((isReady) => {
      clearTimeout(deadline);
      preparing.delete(sandbox);
      if (isReady) refill();
    });
    return true;
  }

  function clone(kind: SandboxKind): Sandbox | null {
    return keepers.get(KINDS[kind].warmth)?.clone(KINDS[kind].language) ?? null;
  }

  function giveUp(kind: SandboxKind, sandbox: Sandbox): void {
    waiting[kind].delete(sandbox);
    sandbox.kill();
    keepers.get(KINDS[kind].warmth)?.replace();
  }

  /** The one that has waited longest, even if it is not ready yet. */
  function take(kind: SandboxKind): Sandbox | null {
    for (const sandbox of waiting[kind]) {
      waiting[kind].delete(sandbox);
      return sandbox;
    }
    return clone(kind);
  }

  async function runCold(program: SandboxProgram, signal: AbortSignal) {
    const sandbox = startCold(program.language);
    cold.add(sandbox);
    void sandbox.exited.then(() => cold.delete(sandbox));
    return { report: await runProgram(sandbox, program, { limits, signal }), start: "cold" as const };
  }

  return {
    async run(program, { signal }) {
      const kind = toKind(program);
      const sandbox = take(kind);
      if (sandbox === null) return runCold(program, signal);
      const start = sandbox.isReady() ? "warm" : "cold";
      const state = start === "warm" ? "ready" : await waitUntilReady(sandbox, signal);
      if (state === "late") giveUp(kind, sandbox);
      if (state !== "ready") return runCold(program, signal);
      try {
        return { report: await runProgram(sandbox, program, { limits, signal }), start };
      } catch (error) {
        // A sandbox that waited may have died unnoticed: its program, which has not begun, then gets a new one.
        if (!(error instanceof SandboxError)) throw error;
        return runCold(program, signal);
      }
    },
    refill,
    count: () => ({
      python: countReady(waiting.python),
      data: countReady(waiting.data),
      javascript: countReady(waiting.javascript),
    }),
    async close() {
      closed = true;
      for (const sandbox of cold) sandbox.kill();
      await Promise.all([...cold].map((sandbox) => sandbox.exited));
      await Promise.all([...keepers.values()].map((keeper) => keeper.close()));
    },
  };
}

function toKind({ language, code }: SandboxProgram): SandboxKind {
  if (language === "javascript") return "javascript";
  return needsDataLibraries(code) ? "data" : "python";
}

function countReady(sandboxes: ReadonlySet<Sandbox>): number {
  return [...sandboxes].filter((sandbox) => sandbox.isReady()).length;
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
