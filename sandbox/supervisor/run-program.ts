import type { EngineChoice } from "#shared/contract/execute/execute-code.ts";
import type { Language } from "#shared/contract/execute/languages.ts";
import { encodeJsonFrame, FRAME, type Frame } from "./frames.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { receiveFiles } from "./receive-files.ts";
import { createRunDeadline, type RunDeadline, START_DEADLINE_MS } from "./run-deadline.ts";
import type { Sandbox } from "./sandbox.ts";
import type { ReceiveSandboxFile, SandboxCollectLimits, SandboxInput } from "./sandbox-files.ts";
import type { SandboxLimits } from "./sandbox-limits.ts";
import {
  type ExitReport,
  type FilesReport,
  parseExitReport,
  type SandboxReport,
  toReport,
} from "./sandbox-report.ts";
import { announceInputs, sendInputs, toInputError } from "./send-inputs.ts";

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
  /** What lies in its working folder when it starts. */
  readonly files: readonly SandboxInput[];
  readonly collect: SandboxCollectLimits;
  /** Whether charts are saved as SVG as well. */
  readonly svg: boolean;
}

/** What a run is joined to. */
export interface SandboxRunOptions {
  readonly limits: SandboxLimits;
  readonly signal: AbortSignal;
  /** Takes the files that the program leaves. */
  readonly receive: ReceiveSandboxFile;
  /** Milliseconds until the program starts; 15 s by default. */
  readonly startMs?: number;
}

/** The sandbox itself failed: the program is not to blame. The message is for the log, not for the public. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  /** True when the content of the input files has been read, perhaps in part: the program cannot be given to another sandbox. */
  readonly tookFiles: boolean;

  constructor(message: string, tookFiles = false) {
    super(message);
    this.tookFiles = tookFiles;
  }
}

/** The sandbox has read the program, which has not begun, and leaves it to one that has Node. */
export class NeedsNodeError extends SandboxError {
  constructor(tookFiles: boolean) {
    super("The program needs Node.", tookFiles);
  }
}

const NO_FILES: FilesReport = { skipped: [], unchanged: [], cut: null };
const STREAM_TYPES: ReadonlySet<string> = new Set([
  FRAME.stdout,
  FRAME.stderr,
  FRAME.stdoutTail,
  FRAME.stderrTail,
]);
/** A supervisor may need as many frames for a program that writes single bytes. */
const OWN_FRAMES = 1024;

function toRequest(program: SandboxProgram, limits: SandboxLimits): Buffer {
  const { files, fileBytes, totalBytes } = program.collect;
  return encodeJsonFrame(FRAME.request, {
    code: program.code.toWellFormed(),
    stdin: program.stdin.toWellFormed(),
    engine: program.engine,
    timeout_ms: program.timeoutMs,
    cpu_ms: limits.cpuMs,
    svg: program.svg,
    collect: { files, file_bytes: fileBytes, total_bytes: totalBytes },
  });
}

/**
 * Gives a waiting sandbox its one program with its files, and collects what comes back. The report comes when the program and all that
 * it started are gone and its files are handed over; the rest of the jail follows (`sandbox.exited`).
 * @throws the signal's reason when it aborts, and what `receive` throws (the jail is gone by then); InputError when the files do not fit;
 *   SandboxError when the sandbox fails before the program starts
 */
export async function runProgram(
  sandbox: Sandbox,
  program: SandboxProgram,
  options: SandboxRunOptions,
): Promise<SandboxReport> {
  const { signal, startMs = START_DEADLINE_MS } = options;
  const deadline = createRunDeadline(sandbox, { timeoutMs: program.timeoutMs, startMs });
  const inbox = openInbox(sandbox);
  signal.addEventListener("abort", sandbox.kill, { once: true });
  if (signal.aborted) sandbox.kill();
  try {
    const report = await converse(sandbox, inbox, program, { ...options, deadline });
    signal.throwIfAborted();
    return report;
  } catch (error) {
    sandbox.kill();
    await sandbox.exited;
    signal.throwIfAborted();
    throw error;
  } finally {
    deadline.clear();
    signal.removeEventListener("abort", sandbox.kill);
  }
}

async function converse(
  sandbox: Sandbox,
  inbox: Inbox,
  program: SandboxProgram,
  options: SandboxRunOptions & { readonly deadline: RunDeadline },
): Promise<SandboxReport> {
  const { limits, signal, receive, deadline } = options;
  deadline.waitForSandbox();
  if (program.files.length > 0) await giveFiles(sandbox, inbox, program, deadline);
  deadline.waitForSandbox();
  sandbox.send(toRequest(program, limits));
  const tookFiles = program.files.length > 0;
  const { frames, startedAt, exit } = await listen(sandbox, inbox, { limits, deadline, tookFiles });
  if (startedAt === null) throw new SandboxError(`No program started: ${inbox.complaint()}`, tookFiles);
  if (exit === null)
    return toReport(frames, createMissingReport(program, performance.now() - startedAt), NO_FILES);
  if (!exit.collects) return toReport(frames, exit, NO_FILES);
  deadline.rest();
  const inputs = program.files.map(({ name }) => name);
  const files = await receiveFiles(sandbox, inbox, { limits: program.collect, receive, inputs, signal });
  return toReport(frames, exit, files);
}

async function giveFiles(
  sandbox: Sandbox,
  inbox: Inbox,
  { files, code }: SandboxProgram,
  deadline: RunDeadline,
): Promise<void> {
  const isAccepted = await announceInputs(sandbox, inbox, { files, codeBytes: Buffer.byteLength(code) });
  if (!isAccepted) throw new SandboxError(`No file was taken: ${inbox.complaint()}`);
  deadline.rest();
  await sendInputs(sandbox, inbox, files, deadline);
}

/** Takes what comes while the program runs. A supervisor that does not behave as one is ended, and then has not reported. */
async function listen(
  sandbox: Sandbox,
  inbox: Inbox,
  options: { readonly limits: SandboxLimits; readonly deadline: RunDeadline; readonly tookFiles: boolean },
) {
  const { limits, deadline, tookFiles } = options;
  const frames: Frame[] = [];
  let startedAt: number | null = null;
  // Two streams; each byte may come in a frame of its own.
  let room = 4 * limits.outputBytes + OWN_FRAMES;
  for (let frame = await inbox.next(); frame !== null; frame = await inbox.next()) {
    room -= frame.payload.length + 1;
    throwIfRefused(frame, tookFiles, startedAt !== null);
    if (frame.type === FRAME.started && startedAt === null) {
      startedAt = performance.now();
      deadline.programStarted();
    } else if (frame.type === FRAME.exit) {
      const exit = readExit(frame);
      if (exit !== null) return { frames, startedAt, exit };
      sandbox.kill();
    } else if (STREAM_TYPES.has(frame.type) && room >= 0) {
      frames.push(frame);
    } else {
      sandbox.kill();
    }
  }
  return { frames, startedAt, exit: null };
}

/** No program that has begun is given to another sandbox, whatever its own says. */
function throwIfRefused({ type, payload }: Frame, tookFiles: boolean, hasStarted: boolean): void {
  if (type === FRAME.refused) throw toInputError(payload);
  if (type === FRAME.declined && !hasStarted) throw new NeedsNodeError(tookFiles);
}

function readExit(frame: Frame): ExitReport | null {
  try {
    return parseExitReport(frame.payload);
  } catch {
    return null;
  }
}

/** The supervisor was ended before it could report: by the host's deadline, or by somebody else. */
function createMissingReport(program: SandboxProgram, wallMs: number): ExitReport {
  return {
    why: wallMs >= program.timeoutMs ? "timed_out" : "lost",
    code: null,
    signal: "SIGKILL",
    wallMs: Math.round(wallMs),
    stdoutDropped: 0,
    stderrDropped: 0,
    engine: program.language === "python" ? "cpython" : "node",
    collects: false,
  };
}
