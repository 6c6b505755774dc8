import { FRAME, type Frame } from "./frames.ts";
import type { SandboxSkipped } from "./sandbox-files.ts";

/** How a program came to its end: by itself, by which limit, or `lost` when its supervisor ended without a word. */
export const ENDINGS = [
  "ended",
  "timed_out",
  "out_of_memory",
  "cpu_exhausted",
  "too_many_files",
  "stopped",
  "lost",
] as const;
export type Ending = (typeof ENDINGS)[number];

/** What the supervisor says of an ended program. */
export interface ExitReport {
  readonly why: Ending;
  /** Null when a signal ended the program. */
  readonly code: number | null;
  /** Name of the signal, like SIGSEGV. */
  readonly signal: string | null;
  readonly wallMs: number;
  /** Bytes that were left out of the middle. */
  readonly stdoutDropped: number;
  readonly stderrDropped: number;
  /** cpython, node or isolated-vm. */
  readonly engine: string;
  /** True when files come after the report. */
  readonly collects: boolean;
}

/** What became of the files, those that were handed over apart. */
export interface FilesReport {
  readonly skipped: readonly SandboxSkipped[];
  /** Names of the files that are still as they were put in. */
  readonly unchanged: readonly string[];
  /** Why the jail was ended before it had sent everything; null when it was not. For the log. */
  readonly cut: string | null;
}

/** An ended program with what it wrote. */
export interface SandboxReport extends ExitReport {
  readonly stdout: string;
  readonly stderr: string;
  readonly files: FilesReport;
}

/**
 * Reads the payload of an exit frame.
 * @throws TypeError or SyntaxError when it is not what the supervisor sends
 */
export function parseExitReport(payload: Buffer): ExitReport {
  const report: unknown = JSON.parse(payload.toString("utf8"));
  if (typeof report !== "object" || report === null) throw new TypeError("The exit report is no object");
  const fields = new Map<string, unknown>(Object.entries(report));
  const why = ENDINGS.find((ending) => ending === fields.get("why"));
  const engine = fields.get("engine");
  const signal = fields.get("signal");
  if (why === undefined || typeof engine !== "string")
    throw new TypeError("The exit report lacks its reason");
  return {
    why,
    engine,
    code: fields.get("code") === null ? null : toNumber(fields.get("code")),
    signal: typeof signal === "string" ? signal : null,
    wallMs: toNumber(fields.get("wall_ms")),
    stdoutDropped: toNumber(fields.get("stdout_dropped")),
    stderrDropped: toNumber(fields.get("stderr_dropped")),
    collects: fields.get("collects") === true,
  };
}

function toNumber(value: unknown): number {
  if (typeof value !== "number") throw new TypeError("The exit report lacks a number");
  return value;
}

/** Puts the frames of a run together; where the middle of a stream is missing, a line says so. */
export function toReport(frames: readonly Frame[], exit: ExitReport, files: FilesReport): SandboxReport {
  return {
    ...exit,
    files,
    stdout: join(frames, FRAME.stdout, FRAME.stdoutTail, exit.stdoutDropped),
    stderr: join(frames, FRAME.stderr, FRAME.stderrTail, exit.stderrDropped),
  };
}

function join(frames: readonly Frame[], headType: string, tailType: string, dropped: number): string {
  const collect = (type: string) =>
    Buffer.concat(frames.filter((frame) => frame.type === type).map((frame) => frame.payload));
  const head = collect(headType);
  const tail = collect(tailType);
  if (dropped === 0) return Buffer.concat([head, tail]).toString("utf8");
  return `${head.toString("utf8")}\n[... ${dropped} bytes left out ...]\n${tail.toString("utf8")}`;
}
