import type { Execution } from "#shared/contract/execute/execution.ts";
import { cutMiddle, jsonLength } from "./cut-middle.ts";
import type { RunResult } from "./executor/executor.ts";

/** Standard error keeps at least this part of the room when both streams are long: the traceback stands there. */
const STDERR_SHARE = 0.3;

/** Cuts both streams so that together they take at most `room` characters of serialised JSON. */
export function fitStreams(run: RunResult, room: number): Pick<Execution, "output" | "stderr" | "truncated"> {
  const stderrRoom = Math.max(Math.floor(room * STDERR_SHARE), room - jsonLength(run.stdout));
  const stderr = cutMiddle(run.stderr, stderrRoom);
  const output = cutMiddle(run.stdout, room - jsonLength(stderr));
  return { output, stderr, truncated: run.truncated || output !== run.stdout || stderr !== run.stderr };
}
