import type { SandboxReport } from "../supervisor/sandbox-report.ts";
import type { SandboxStart } from "../zygote/sandbox-pool.ts";
import type { DocumentedResult } from "./result-document.ts";

/** Says in the executor's words how a program in a sandbox ended. */
export function toDocumentedResult(report: SandboxReport, start: SandboxStart): DocumentedResult {
  return {
    ...toEnd(report),
    start,
    stdout: report.stdout,
    stderr: report.stderr,
    truncated: report.stdoutDropped > 0 || report.stderrDropped > 0,
    engine: report.engine,
    wallMs: Math.round(report.wallMs),
    skippedFiles: report.files.skipped,
    unchangedFiles: report.files.unchanged,
  };
}

function toEnd(report: SandboxReport): Pick<DocumentedResult, "status" | "exitCode" | "signal" | "limit"> {
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
