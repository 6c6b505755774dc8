import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import type { RunResult } from "./executor/executor.ts";

const MAX_CHARACTERS = 1_000;

/** What a person needs to know first about a run that did not succeed; null for one that did. */
export function describeRun(
  run: RunResult,
  request: Pick<ExecuteCodeRequest, "timeout" | "language">,
): string | null {
  switch (run.status) {
    case "succeeded":
      return null;
    case "timed_out":
      if (run.limit === "cpu_time") {
        return "The program used up its processor time. Make it faster, or split the work over several programs.";
      }
      return `The program timed out after ${request.timeout} s. Make it faster, or give it a timeout of up to 30 s.`;
    case "out_of_memory":
      return "The program used more memory than it may have. Work on less data at a time.";
    case "killed":
      if (run.limit === "files") return "The program made too many files. Make fewer, or put them into one.";
      return `The program was ended by the signal ${run.signal ?? "SIGKILL"}.`;
    case "failed":
      return (
        describeFailure(run.stderr, request.language) ?? `The program ended with exit code ${run.exitCode}.`
      );
  }
}

/** The lines of standard error that name the failure, with the line of the program where it happened. */
function describeFailure(stderr: string, language: ExecuteCodeRequest["language"]): string | null {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const told = language === "python" ? tellPython(lines) : tellJavaScript(lines);
  return told === null ? null : told.slice(0, MAX_CHARACTERS).toWellFormed();
}

/** A traceback ends with the exception, below its innermost frame; the sandbox says one line more of a missing module. */
function tellPython(lines: readonly string[]): string | null {
  const hint = lines.at(-1)?.startsWith("The sandbox has no network") ? lines.at(-1) : undefined;
  const last = lines.at(hint === undefined ? -1 : -2)?.trim();
  if (last === undefined) return null;
  const frame = lines.findLast((line) => /^\s*File "[^"]*main\.py", line \d+/.test(line));
  const line = frame === undefined ? undefined : /line (\d+)/.exec(frame)?.[1];
  const told = line === undefined ? last : `${last} (line ${line})`;
  return hint === undefined ? told : `${told}. ${hint.trim()}`;
}

/** Node prints the place, the source line and a caret above the error, and its stack and version below it. */
function tellJavaScript(lines: readonly string[]): string | null {
  const first = lines.findIndex((line) =>
    /^(?:Uncaught )?(?:[\w$.]*(?:Error|Exception|Rejection)\b|Thrown:)/.test(line),
  );
  const told = first === -1 ? lines.find((line) => !line.startsWith("Node.js v")) : lines[first];
  if (told === undefined) return null;
  const place = lines.map((line) => /main\.[cm]?js:(\d+)/.exec(line)?.[1]).find((line) => line !== undefined);
  return place === undefined ? told.trim() : `${told.trim()} (line ${place})`;
}
