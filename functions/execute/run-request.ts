import type { ExecuteCodeRequest } from "#shared/contract/execute/execute-code.ts";
import type { Language } from "#shared/contract/execute/languages.ts";
import { FILE_LIFETIME_SECONDS, OUTPUT_FILES, SESSION_FILES } from "#shared/contract/limits.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Slots } from "#shared/slots/create-slots.ts";
import { describeRun } from "./describe-run.ts";
import { createCollector } from "./executions/collect-results.ts";
import type { EndedRun, ExecutionRecord, HandedOver } from "./executions/execution-record.ts";
import type { OpenSession, SessionStore } from "./executions/session-store.ts";
import type { Executor, InputFile, Program, ReceiveFile, RunResult } from "./executor/executor.ts";

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
  /** Told when another instance can take up the run, before the program can start. Never rejects. */
  readonly onHandOver: (handedOver: HandedOver) => Promise<void>;
  /** As for the executor's port, as is the next. */
  readonly isNoted: () => boolean;
  readonly isHandedOver: () => boolean;
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
    // Whoever takes up the run lets the next program in.
    const isLeft = run.isHandedOver() || (run.isNoted() && (await session.isTakenOver()));
    if (!isLeft) await session.close();
  }
}

/** A file replaces one of its name, and those that cannot lie beside it: `a` and `a/b` are a file and a folder. */
function takesPlaceOf(name: string, other: string): boolean {
  return name === other || name.startsWith(`${other}/`) || other.startsWith(`${name}/`);
}

async function runProgram(
  { executor, objects }: RunRequestDependencies,
  { request, owner, id, signal, onHandOver, isNoted, isHandedOver }: Run,
  files: readonly InputFile[],
  session: OpenSession | null,
): Promise<EndedRun> {
  const { timeout } = request;
  const handOver = {
    started: (ticket: string) => onHandOver({ ticket, timeout, sessionId: session?.id ?? null }),
    isNoted,
    isDone: isHandedOver,
  };
  const program = toProgram(request, files, session !== null);
  const collected = { objects, owner, id, session, timeout, language: request.language, isShared: isNoted };
  return collectRun(collected, (receive) => executor.run(program, { signal, receive, handOver }));
}

/**
 * Waits for a program that another instance has started, and takes what it leaves. Several instances may do so at the same time, and note
 * the same.
 * @throws as `runRequest`
 */
export async function takeUpRun(
  { executor, objects, sessions }: Pick<RunRequestDependencies, "executor" | "objects" | "sessions">,
  {
    owner,
    record,
    signal,
  }: { readonly owner: string; readonly record: ExecutionRecord; readonly signal: AbortSignal },
): Promise<EndedRun> {
  const { elsewhere } = executor;
  const { handedOver, id, language } = record;
  if (elsewhere === undefined || handedOver === undefined) throw new Error("Nobody can take up this run");
  const { ticket, timeout, sessionId } = handedOver;
  const session = sessionId === null ? null : await sessions.takeUp(owner, sessionId);
  const collected = { objects, owner, id, session, timeout, language, isShared: () => true };
  const ended = await collectRun(collected, (receive) => elsewhere.takeUp(ticket, { signal, receive }));
  await session?.close();
  return ended;
}

interface Collected {
  readonly objects: ObjectStore;
  readonly owner: string;
  readonly id: string;
  readonly session: OpenSession | null;
  readonly timeout: number;
  readonly language: Language;
  /** True when another instance may have taken the run up. */
  readonly isShared: () => boolean;
}

/** Takes what a program leaves, and says how it ended. */
async function collectRun(
  { objects, owner, id, session, timeout, language, isShared }: Collected,
  start: (receive: ReceiveFile) => Promise<RunResult>,
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
  const run = await start(collector.receive);
  if (session !== null && !(isShared() && (await session.isTakenOver())))
    await session.save(collector.files, run.unchangedFiles);
  return {
    kind: "ended",
    endedAt: new Date().toISOString(),
    run,
    results: collector.finish(run.skippedFiles),
    error: describeRun(run, { timeout, language }),
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
