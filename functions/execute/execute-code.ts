import { createHash } from "node:crypto";
import { ERRORS } from "#shared/contract/errors.ts";
import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import type { Execution } from "#shared/contract/execute/execution.ts";
import { FILE_LIFETIME_SECONDS, OUTPUT_FILES, SESSION_FILES } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Slots } from "#shared/slots/create-slots.ts";
import { describeRun } from "./describe-run.ts";
import { createCollector } from "./executions/collect-results.ts";
import type { EndedRun, ExecutionRecord } from "./executions/execution-record.ts";
import { createExecutionId, type ExecutionStore } from "./executions/execution-store.ts";
import { ownerOf } from "./executions/owner-of.ts";
import type { Executions, Job, Waiting } from "./executions/run-executions.ts";
import type { OpenSession, SessionStore } from "./executions/session-store.ts";
import { type SignLink, toExecution } from "./executions/to-execution.ts";
import type { Executor, InputFile, Program } from "./executor/executor.ts";

/** What the handler is built with. */
export interface ExecuteCodeDependencies {
  readonly executor: Executor;
  readonly executions: Executions;
  readonly executionStore: ExecutionStore;
  readonly sessions: SessionStore;
  readonly objects: ObjectStore;
  readonly signLink: SignLink;
  /** How many programs come with files at the same time. */
  readonly inputSlots: Slots;
  /** Decodes and fetches the request's files. @throws AppError `invalid_file` or `file_not_fetched` */
  readonly prepareInputFiles: (
    request: ExecuteCodeRequest,
    options: { signal: AbortSignal },
  ) => Promise<readonly InputFile[]>;
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
  const run = async (signal: AbortSignal) => {
    try {
      return await runWithFiles(dependencies, { request, owner, id, signal });
    } catch (error) {
      // Nothing has run to its end: the key is free for another attempt.
      if (key !== undefined) await dependencies.executionStore.release(owner, key);
      throw error;
    }
  };
  return { owner, record, run, outlivesCaller: key !== undefined };
}

interface Run {
  readonly request: ExecuteCodeRequest;
  readonly owner: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

async function runWithFiles(dependencies: ExecuteCodeDependencies, run: Run): Promise<EndedRun> {
  const { request, signal } = run;
  if (!request.files?.length && !request.openaiFileIdRefs?.length) return runInSession(dependencies, run, []);
  const release = await dependencies.inputSlots.take(signal);
  try {
    const given = await dependencies.prepareInputFiles(request, { signal });
    return await runInSession(dependencies, run, given);
  } finally {
    release();
  }
}

async function runInSession(
  dependencies: ExecuteCodeDependencies,
  run: Run,
  given: readonly InputFile[],
): Promise<EndedRun> {
  const { request, owner } = run;
  if (request.session_id === undefined) return runProgram(dependencies, run, given, null);
  const session = await dependencies.sessions.open(owner, request.session_id);
  try {
    const left = session.files.filter((file) => !given.some((other) => takesPlaceOf(other.name, file.name)));
    return await runProgram(dependencies, run, [...left, ...given], session);
  } finally {
    await session.close();
  }
}

/** A file replaces one of its name, and those that cannot lie beside it: `a` and `a/b` are a file and a folder. */
function takesPlaceOf(name: string, other: string): boolean {
  return name === other || name.startsWith(`${other}/`) || other.startsWith(`${name}/`);
}

async function runProgram(
  { executor, objects }: ExecuteCodeDependencies,
  { request, owner, id, signal }: Run,
  files: readonly InputFile[],
  session: OpenSession | null,
): Promise<EndedRun> {
  const expiresAt = new Date(Date.now() + FILE_LIFETIME_SECONDS * 1000);
  const limits = { count: OUTPUT_FILES.count, fileBytes: OUTPUT_FILES.fileBytes };
  const collector = createCollector({ store: objects, owner, executionId: id, expiresAt, limits });
  const program = toProgram(request, files, session !== null);
  const run = await executor.run(program, { signal, receive: collector.receive });
  await session?.save(collector.files, run.unchangedFiles);
  return {
    kind: "ended",
    endedAt: new Date().toISOString(),
    run,
    results: collector.finish(run.skippedFiles),
    error: describeRun(run, request),
    sessionId: session?.id ?? null,
  };
}

function toProgram(request: ExecuteCodeRequest, files: readonly InputFile[], keepsFolder: boolean): Program {
  const { language, code, stdin = "", engine, timeout, svg } = request;
  const collect = keepsFolder
    ? { files: SESSION_FILES.count, fileBytes: SESSION_FILES.bytes, totalBytes: SESSION_FILES.bytes }
    : { files: OUTPUT_FILES.count, fileBytes: OUTPUT_FILES.fileBytes, totalBytes: OUTPUT_FILES.totalBytes };
  return { language, code, stdin, engine, timeoutMs: timeout * 1000, files, collect, svg };
}
