import type { Language } from "#shared/contract/execute/execute-code.ts";
import type { Jail } from "../jail/jail.ts";
import { readBounded } from "../jail/start-jail.ts";
import { createFrameReader, encodeFrame, FRAME, type Frame } from "./frames.ts";
import { parseExitReport, type SandboxReport, toReport } from "./sandbox-report.ts";
import type { SandboxLimits } from "./start-sandbox.ts";

/** One program with its limits. */
export interface SandboxProgram {
  readonly language: Language;
  readonly code: string;
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
/** What is kept of the launcher's own complaints. */
const COMPLAINT_BYTES = 4096;
/** Beyond this much address space a single Python process gets MemoryError. */
const PYTHON_ADDRESS_SPACE_BYTES = 2 * 1024 ** 3;

function toRequest(program: SandboxProgram, limits: SandboxLimits): Buffer {
  const request = {
    language: program.language,
    code: program.code.toWellFormed(),
    timeout_ms: program.timeoutMs,
    memory_bytes: limits.memoryBytes,
    files: limits.files,
    output_bytes: limits.outputBytes,
    ...(program.language === "python" ? { address_space_bytes: PYTHON_ADDRESS_SPACE_BYTES } : {}),
  };
  return encodeFrame(FRAME.request, Buffer.from(JSON.stringify(request)));
}

/** Ends a run in steps when the supervisor does not: a stop frame, then the whole jail. */
function createDeadline(jail: Jail, timeoutMs: number) {
  let timer = setTimeout(jail.kill, START_DEADLINE_MS);
  return {
    programStarted() {
      clearTimeout(timer);
      timer = setTimeout(() => {
        jail.channel.write(encodeFrame(FRAME.stop));
        timer = setTimeout(jail.kill, KILL_GRACE_MS);
      }, timeoutMs + STOP_GRACE_MS);
    },
    /** A jail that has reported, or failed, is on its way out; one that stays is killed. */
    clear() {
      clearTimeout(timer);
      timer = setTimeout(jail.kill, KILL_GRACE_MS);
      void jail.exited.then(() => clearTimeout(timer));
    },
  };
}

/**
 * Gives a waiting sandbox its one program and collects what comes back. The report comes when the program and all that it started
 * are gone; the rest of the jail follows (`jail.exited`).
 * @throws the signal's reason when it aborts (the jail is gone by then); SandboxError when the sandbox itself fails
 */
export async function runProgram(
  jail: Jail,
  program: SandboxProgram,
  options: { readonly limits: SandboxLimits; readonly signal: AbortSignal },
): Promise<SandboxReport> {
  const { signal, limits } = options;
  const frames: Frame[] = [];
  const readFrames = createFrameReader();
  const deadline = createDeadline(jail, program.timeoutMs);
  let startedAt: number | null = null;
  const reported = Promise.withResolvers<null>();
  const take = (frame: Frame) => {
    frames.push(frame);
    if (frame.type === FRAME.started) {
      startedAt = performance.now();
      deadline.programStarted();
    }
    if (frame.type === FRAME.exit) {
      jail.channel.end();
      reported.resolve(null);
    }
  };
  jail.channel.on("data", (chunk: Buffer) => {
    try {
      for (const frame of readFrames(chunk)) take(frame);
    } catch {
      jail.kill();
    }
  });
  signal.addEventListener("abort", jail.kill, { once: true });
  if (signal.aborted) jail.kill();
  else jail.channel.write(toRequest(program, limits));
  jail.stdout.resume();
  try {
    const gone = Promise.all([readBounded(jail.stderr, COMPLAINT_BYTES), jail.exited]);
    const ended = await Promise.race([reported.promise, gone]);
    signal.throwIfAborted();
    const exit = frames.find((frame) => frame.type === FRAME.exit);
    if (exit !== undefined) return toReport(frames, parseExitReport(exit.payload));
    if (startedAt === null) {
      throw new SandboxError(`No program started (${ended?.[1].code}): ${ended?.[0]}`);
    }
    return toReport(frames, createMissingReport(program, performance.now() - startedAt));
  } finally {
    deadline.clear();
    signal.removeEventListener("abort", jail.kill);
  }
}

/** The supervisor was ended before it could report: by the host's deadline, or by the kernel for want of memory. */
function createMissingReport(program: SandboxProgram, wallMs: number) {
  return {
    why: wallMs >= program.timeoutMs ? "timed_out" : "out_of_memory",
    code: null,
    signal: "SIGKILL",
    cpuMs: 0,
    wallMs: Math.round(wallMs),
    stdoutDropped: 0,
    stderrDropped: 0,
    engine: program.language === "python" ? "cpython" : "node",
  } as const;
}
