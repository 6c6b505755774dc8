import { randomUUID } from "node:crypto";
import type { ErrorCode } from "#shared/contract/errors.ts";
import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import type { Execution } from "#shared/contract/execute/execution.ts";
import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { cutMiddle, jsonLength } from "./cut-middle.ts";
import { describeRun } from "./describe-run.ts";
import type { Executor, Program, RunResult } from "./executor/executor.ts";

/** What the answer needs beside the two streams: the other fields, and the error's sentence. */
const OTHER_FIELDS_CHARACTERS = 4_000;

/** Standard error keeps at least this part of the room when both streams are long: the traceback stands there. */
const STDERR_SHARE = 0.3;

const CODE_OF_STATUS: Readonly<Record<RunResult["status"], ErrorCode | null>> = {
  succeeded: null,
  failed: "program_failed",
  timed_out: "program_timed_out",
  out_of_memory: "program_out_of_memory",
  killed: "program_killed",
};

/** Handler of `execute_code`: a program that fails is an answer, not an error. */
export function createExecuteCode({ executor }: { executor: Executor }) {
  return async (request: ExecuteCodeRequest, context: RequestContext): Promise<Execution> => {
    const program = toProgram(request);
    const run = await executor.run(program, { signal: context.signal });
    const code = CODE_OF_STATUS[run.status];
    const streams = fitStreams(run);
    return {
      success: run.status === "succeeded",
      ...streams,
      error: describeRun(run, request),
      exit_code: run.exitCode,
      execution_time: Math.round(run.wallMs) / 1000,
      timestamp: new Date().toISOString(),
      status: run.status,
      signal: run.signal,
      language: request.language,
      engine: run.engine,
      start: run.start,
      execution_id: randomUUID(),
      ...(code ? { code } : {}),
      request_id: context.requestId,
    };
  };
}

function toProgram({ language, code, stdin = "", engine, timeout }: ExecuteCodeRequest): Program {
  if (language !== "javascript" && engine !== "auto") {
    const sentence = "`engine` is for JavaScript programs: leave it out, or set `language` to javascript.";
    throw new AppError("validation_failed", sentence);
  }
  return { language, code, stdin, engine, timeoutMs: timeout * 1000 };
}

/** Cuts both streams so that the whole answer stays below ChatGPT's limit, counted as it is serialised. */
function fitStreams(run: RunResult): Pick<Execution, "output" | "stderr" | "truncated"> {
  const room = ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS;
  const stderrRoom = Math.max(Math.floor(room * STDERR_SHARE), room - jsonLength(run.stdout));
  const stderr = cutMiddle(run.stderr, stderrRoom);
  const output = cutMiddle(run.stdout, room - jsonLength(stderr));
  return { output, stderr, truncated: run.truncated || output !== run.stdout || stderr !== run.stderr };
}
