import { createHash } from "node:crypto";
import { ownerOf } from "#shared/auth/owner-of.ts";
import { ERRORS } from "#shared/contract/errors.ts";
import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import type { Execution } from "#shared/contract/execute/execution.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { createExecutionId } from "./executions/execution-id.ts";
import type { ExecutionRecord } from "./executions/execution-record.ts";
import type { ExecutionStore } from "./executions/execution-store.ts";
import type { Executions, Job, JobHandOver, Waiting } from "./executions/run-executions.ts";
import { type SignLink, toExecution } from "./executions/to-execution.ts";
import { type RunRequestDependencies, runRequest } from "./run-request.ts";

/** What the handler is built with. */
export interface ExecuteCodeDependencies extends RunRequestDependencies {
  readonly executions: Executions;
  readonly executionStore: ExecutionStore;
  readonly signLink: SignLink;
}

type HandlerRequest = { readonly request: ExecuteCodeRequest; readonly owner: string };

/** Handler of `execute_code`: a program that fails is an answer, not an error. */
export function createExecuteCode(dependencies: ExecuteCodeDependencies) {
  const { executions, executionStore } = dependencies;

  /** Runs the request, or waits for the run that the same request has started under the same key. */
  async function runOnce({ request, owner }: HandlerRequest, signal: AbortSignal): Promise<ExecutionRecord> {
    const waiting = { waitMs: request.wait_seconds * 1000, signal };
    const job = createJob(dependencies, request, owner);
    const key = request.idempotency_key;
    if (key === undefined) return executions.start(job, waiting);
    const claim = { executionId: job.record.id, requestHash: hashRequest(request) };
    const former = await executionStore.claim(owner, key, claim);
    if (former === null) return startClaimed(job, key, waiting);
    if (former.requestHash !== claim.requestHash) {
      const sentence =
        "This idempotency_key was sent with another request: choose a new one for this request.";
      throw new AppError("key_reused", sentence);
    }
    const found = await executions.wait(owner, former.executionId, { ...waiting, isExpected: true });
    return found ?? { ...job.record, id: former.executionId };
  }

  async function startClaimed(job: Job, key: string, waiting: Waiting): Promise<ExecutionRecord> {
    try {
      return await executions.start(job, waiting);
    } catch (error) {
      // It has not begun; when the caller has left, it goes on.
      if (!waiting.signal.aborted) await executionStore.release(job.owner, key).catch(() => undefined);
      throw error;
    }
  }

  return async (request: ExecuteCodeRequest, context: RequestContext): Promise<Execution> => {
    refuseEngine(request);
    const owner = ownerOf(context.principal);
    const record = await runOnce({ request, owner }, context.signal);
    const { outcome } = record;
    if (outcome?.kind === "failed" && ERRORS[outcome.code].status >= 400) {
      throw new AppError(outcome.code, outcome.error, { retryAfterSeconds: 2 });
    }
    const { requestId, baseUrl } = context;
    return toExecution(record, { requestId, baseUrl, signLink: dependencies.signLink });
  };
}

function refuseEngine({ language, engine }: ExecuteCodeRequest): void {
  if (language === "javascript" || engine === "auto") return;
  const sentence = "`engine` is for JavaScript programs: leave it out, or set `language` to javascript.";
  throw new AppError("validation_failed", sentence);
}

/** Two requests are the same when everything that the program depends on is. */
function hashRequest({ idempotency_key: _, wait_seconds: __, ...rest }: ExecuteCodeRequest): string {
  const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex");
}

function createJob(dependencies: ExecuteCodeDependencies, request: ExecuteCodeRequest, owner: string): Job {
  const id = createExecutionId();
  const startedAt = new Date().toISOString();
  const record = { id, language: request.language, startedAt, outcome: null };
  const key = request.idempotency_key;
  const run = async (signal: AbortSignal, handOver: JobHandOver) => {
    try {
      return await runRequest(dependencies, { request, owner, id, signal, ...handOver });
    } catch (error) {
      // Nothing has run to its end: the key is free for another attempt.
      if (key !== undefined) await dependencies.executionStore.release(owner, key);
      throw error;
    }
  };
  return { owner, record, run, outlivesCaller: key !== undefined };
}
