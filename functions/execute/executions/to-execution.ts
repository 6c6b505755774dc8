import type { ErrorCode } from "#shared/contract/errors.ts";
import type { Execution } from "#shared/contract/execute/execution.ts";
import { ANSWER_LIMIT_CHARACTERS, FILE_LIFETIME_SECONDS } from "#shared/contract/limits.ts";
import type { RunResult } from "../executor/executor.ts";
import { fitStreams } from "../fit-streams.ts";
import type { EndedRun, ExecutionRecord, FailedRun } from "./execution-record.ts";
import { toResultFields } from "./to-result-fields.ts";

/** What the answer needs beside the two streams and the results: the other fields, and the error's sentence. */
const OTHER_FIELDS_CHARACTERS = 4_000;
const RETRY_AFTER_SECONDS = 2;

const CODE_OF_STATUS: Readonly<Record<RunResult["status"], ErrorCode | null>> = {
  succeeded: null,
  failed: "program_failed",
  timed_out: "program_timed_out",
  out_of_memory: "program_out_of_memory",
  killed: "program_killed",
};

/** Signs the link to an object: its key and its media type. @returns the token of the link */
export type SignLink = (payload: { readonly k: string; readonly t: string }, expiresAt: Date) => string;

/** What an answer takes from its request. */
export interface AnswerContext {
  readonly requestId: string;
  readonly baseUrl: string;
  readonly signLink: SignLink;
}

/** Says an execution in the words of the contract, with fresh links to its files. */
export function toExecution(record: ExecutionRecord, context: AnswerContext): Execution {
  const { outcome } = record;
  if (outcome === null) return describeRunning(record, context);
  if (outcome.kind === "failed") return describeFailed(record, outcome, context);
  return describeEnded(record, outcome, context);
}

function describeEnded(record: ExecutionRecord, outcome: EndedRun, context: AnswerContext): Execution {
  const { run } = outcome;
  const code = CODE_OF_STATUS[run.status];
  const expiresAt = new Date(Date.parse(outcome.endedAt) + FILE_LIFETIME_SECONDS * 1000);
  const results = toResultFields(outcome.results, {
    baseUrl: context.baseUrl,
    sign: (file) => context.signLink({ k: file.key, t: file.mimeType }, expiresAt),
    isExpired: expiresAt.getTime() <= Date.now(),
  });
  const room = ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS - JSON.stringify(results).length;
  return {
    success: run.status === "succeeded",
    ...fitStreams(run, room),
    error: outcome.error,
    exit_code: run.exitCode,
    execution_time: Math.round(run.wallMs) / 1000,
    timestamp: outcome.endedAt,
    status: run.status,
    signal: run.signal,
    language: record.language,
    engine: run.engine,
    start: run.start,
    execution_id: record.id,
    ...(outcome.sessionId === null ? {} : { session_id: outcome.sessionId }),
    ...results,
    ...(code ? { code } : {}),
    request_id: context.requestId,
  };
}

const EMPTY = { output: "", stderr: "", truncated: false, exit_code: null, signal: null } as const;

function describeRunning(record: ExecutionRecord, { requestId }: AnswerContext): Execution {
  return {
    success: false,
    ...EMPTY,
    ...describePlace(record),
    error: null,
    execution_time: Math.max(0, Date.now() - Date.parse(record.startedAt)) / 1000,
    timestamp: new Date().toISOString(),
    status: "running",
    retry_after_seconds: RETRY_AFTER_SECONDS,
    request_id: requestId,
  };
}

function describeFailed(
  record: ExecutionRecord,
  { endedAt, code, error }: FailedRun,
  { requestId }: AnswerContext,
): Execution {
  return {
    success: false,
    ...EMPTY,
    ...describePlace(record),
    error,
    code,
    execution_time: 0,
    timestamp: endedAt,
    status: "failed",
    request_id: requestId,
  };
}

/** Of a program that has not told what runs it. */
function describePlace({ id, language }: ExecutionRecord) {
  const engine = language === "python" ? "cpython" : "node";
  return { language, engine, start: "warm", execution_id: id } as const;
}
