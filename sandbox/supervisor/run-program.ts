import type { EngineChoice } from "#shared/contract/execute/execute-code.ts";
import type { Language } from "#shared/contract/execute/languages.ts";
import { encodeFrame, encodeJsonFrame, FRAME, type Frame } from "./frames.ts";
import type { Sandbox } from "./sandbox.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";
import { parseExitReport, type SandboxReport, toReport } from "./sandbox-report.ts";

/** One program with its limits. */
export interface SandboxProgram {
  readonly language: Language;
  readonly code: string;
  /** What it reads from standard input. */
  readonly stdin: string;
  /** For JavaScript. */
  readonly engine: EngineChoice;
  /** Wall time after which the program is ended. */
  readonly timeoutMs: number;
}

/** The sandbox itself failed: the program is not to blame. The message is for the log, not for the public. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
}

/** A jail on a busy machine may need this long before its program runs. */
const START_DEADLINE_MS = 15_000;
/** The supervisor ends programs in time; the host steps in when it does not. */
const STOP_GRACE_MS = 500;
const KILL_GRACE_MS = 250;

function toRequest(program: SandboxProgram, limits: SandboxLimits): Buffer {
  return encodeJsonFrame(FRAME.request, {
    code: program.code.toWellFormed(),
    stdin: program.stdin.toWellFormed(),
    engine: program.engine,
    timeout_ms: program.timeoutMs,
    cpu_ms: limits.cpuMs,
  });
}

/** Ends a run in steps when the supervisor does not: a stop frame, then the whole jail. */
function createDeadline(sandbox: Sandbox, timeoutMs: number) {
  let timer = setTimeout(sandbox.kill, START_DEADLINE_MS);
  return {
    programStarted() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        sandbox.send(encodeFrame(FRAME.stop));
        timer = setTimeout(sandbox.kill, KILL_GRACE_MS);
      }, timeoutMs + STOP_GRACE_MS);
    },
    /** A jail that has reported, or failed, is on its way out; one that stays is killed. */
    clear() {
      clearTimeout(timer);
      timer = setTimeout(sandbox.kill, KILL_GRACE_MS);
      void sandbox.exited.then(() => clearTimeout(timer));
    },
  };
}

/**
 * Gives a waiting sandbox its one program and collects what comes back. The report comes when the program and all that it started
 * are gone; the rest of the jail follows (`sandbox.exited`).
 * @throws the signal's reason when it aborts (the jail is gone by then); SandboxError when the sandbox fails before the program starts
 */
export async function runProgram(
  sandbox: Sandbox,
  program: SandboxProgram,
  options: { readonly limits: SandboxLimits; readonly signal: AbortSignal },
): Promise<SandboxReport> {
  const { signal, limits } = options;
  const frames: Frame[] = [];
  const deadline = createDeadline(sandbox, program.timeoutMs);
  let startedAt: number | null = null;
  const reported = Promise.withResolvers<null>();
  sandbox.listen((frame) => {
    frames.push(frame);
    if (frame.type === FRAME.started) {
      startedAt = performance.now();
      deadline.programStarted();
    }
    if (frame.type === FRAME.exit) reported.resolve(null);
  });
  signal.addEventListener("abort", sandbox.kill, { once: true });
  if (signal.aborted) sandbox.kill();
  else sandbox.send(toRequest(program, limits));
  try {
    const complaint = await Promise.race([reported.promise, sandbox.exited]);
    signal.throwIfAborted();
    const exit = frames.find((frame) => frame.type === FRAME.exit);
    if (exit !== undefined) return toReport(frames, parseExitReport(exit.payload));
    if (startedAt === null) throw new SandboxError(`No program started: ${complaint}`);
    return toReport(frames, createMissingReport(program, performance.now() - startedAt));
  } finally {
    deadline.clear();
    signal.removeEventListener("abort", sandbox.kill);
  }
}
/** The supervisor was ended before it could report: by the host's deadline, or by somebody else. */
function createMissingReport(program: SandboxProgram, wallMs: number) {
  return {
    why: wallMs >= program.timeoutMs ? "timed_out" : "lost",
    code: null,
    signal: "SIGKILL",
    wallMs: Math.round(wallMs),
    stdoutDropped: 0,
    stderrDropped: 0,
    engine: program.language === "python" ? "cpython" : "node",
  } as const;
}
