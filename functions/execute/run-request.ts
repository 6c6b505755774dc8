import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import { FILE_LIFETIME_SECONDS, OUTPUT_FILES, SESSION_FILES } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Slots } from "#shared/slots/create-slots.ts";
import { describeRun } from "./describe-run.ts";
import { createCollector } from "./executions/collect-results.ts";
import type { EndedRun } from "./executions/execution-record.ts";
import type { OpenSession, SessionStore } from "./executions/session-store.ts";
import type { Executor, InputFile, Program } from "./executor/executor.ts";

/** What a request is run with. */
export interface RunRequestDependencies {
  readonly executor: Executor;
  readonly sessions: SessionStore;
  readonly objects: ObjectStore;
  /** How many programs come with files at the same time. */
  readonly inputSlots: Slots;
  /** Decodes and fetches the request's files. @throws AppError `invalid_file` or `file_not_fetched` */
  readonly prepareInputFiles: (
    request: ExecuteCodeRequest,
    options: { signal: AbortSignal },
  ) => Promise<readonly InputFile[]>;
}

/** One run of a request. */
export interface Run {
  readonly request: ExecuteCodeRequest;
  readonly owner: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Runs a request's program with its files, in its session.
 * @throws AppError when a file cannot be had, the session is not there or taken, or no sandbox is free; the signal's reason
 */
export async function runRequest(dependencies: RunRequestDependencies, run: Run): Promise<EndedRun> {
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
  dependencies: RunRequestDependencies,
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
  { executor, objects }: RunRequestDependencies,
  { request, owner, id, signal }: Run,
  files: readonly InputFile[],
  session: OpenSession | null,
): Promise<EndedRun> {
  const expiresAt = new Date(Date.now() + FILE_LIFETIME_SECONDS * 1000);
  const limits = { count: OUTPUT_FILES.count, fileBytes: OUTPUT_FILES.fileBytes };
  const collector = createCollector({
    store: objects,
    owner,
    executionId: id,
    expiresAt,
    limits,
    isComplete: session !== null,
  });
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
