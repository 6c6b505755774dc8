import { randomBytes } from "node:crypto";
import { DocumentError } from "#sandbox/entry/document.ts";
import { encodeProgramDocument } from "#sandbox/entry/program-document.ts";
import { readResultDocument } from "#sandbox/entry/result-document.ts";
import type { Language } from "#shared/contract/execute/languages.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { untilLeft } from "../exchange/until-left.ts";
import type { CollectLimits, Program, RunOptions, RunResult } from "../executor.ts";
import { followRun, type Patience, type StartedRun } from "./follow-run.ts";
import type { RunAdmin } from "./run-admin.ts";
import { damagedResult, toNotStartedError, toStartError } from "./to-public-error.ts";

/** A run in a job, wherever it was asked for. */
export interface JobRun extends StartedRun {
  readonly language: Language;
  readonly collect: CollectLimits;
}

/** A run as text, for another instance. */
export function toTicket(run: JobRun): string {
  return JSON.stringify(run);
}

/** Reads what `toTicket` wrote. */
export function parseTicket(ticket: string): JobRun {
  return JSON.parse(ticket);
}

/** What runs are made of. */
export interface JobRunParts {
  readonly exchange: Exchange;
  readonly admin: RunAdmin;
  readonly patience: Patience;
  readonly logger: Logger;
}

/** For everything of a run that nobody wants any more. */
const GIVE_UP_MS = 8_000;

/**
 * Puts a program into the bucket and asks for a container that takes it. A caller who leaves is heard when it is known which one it is.
 * @throws AppError when no container can be had; what the content of the files throws; the signal's reason, with nothing left behind
 */
export async function startRun(
  program: Program,
  { exchange, admin, patience }: JobRunParts,
  { signal, handOver }: Pick<RunOptions, "signal" | "handOver">,
): Promise<JobRun> {
  const { timeoutMs, language, collect } = program;
  const runId = randomBytes(24).toString("base64url");
  const run = { runId, timeoutMs, language, collect };
  try {
    const document = encodeProgramDocument({ runId, program });
    await exchange.putProgram(runId, untilLeft(document, signal)).catch(orInvalid);
    signal.throwIfAborted();
    const timeoutSeconds = Math.ceil((timeoutMs + patience.handOverMs) / 1000);
    const startedAtMs = Date.now();
    // An instance that ends now leaves a run that others find.
    await handOver?.started(toTicket({ ...run, execution: null, startedAtMs }));
    signal.throwIfAborted();
    const limit = AbortSignal.timeout(patience.startMs);
    const execution = await admin
      .start({ ...exchange.sign(runId), LANGUAGE: language }, { timeoutSeconds, signal: limit })
      .catch((error: unknown) => orDoubt(error, exchange, runId));
    return { ...run, startedAtMs, ...(execution === UNCONFIRMED ? DOUBTFUL : { execution }) };
  } catch (error) {
    await exchange.removeProgram(runId);
    throw error;
  }
}

/** @throws AppError `invalid_file` for a file of another size than announced; anything else as it is */
function orInvalid(error: unknown): never {
  if (!(error instanceof DocumentError)) throw error;
  throw new AppError("invalid_file", "A file has more or less content than was announced: send it again.");
}

const UNCONFIRMED = Symbol("unconfirmed");
const DOUBTFUL = { execution: null, isUnconfirmed: true } as const;

/**
 * Without an answer it may have been started all the same: its result or its claim will tell. So may it where only a later attempt was
 * refused, unless the program can be taken back.
 */
async function orDoubt(error: unknown, exchange: Exchange, runId: string): Promise<typeof UNCONFIRMED> {
  if (!(error instanceof GoogleCloudError)) throw error;
  if (error.isUncertain) return UNCONFIRMED;
  const isOurs = await exchange.takeClaim(runId, AbortSignal.timeout(GIVE_UP_MS)).catch(() => false);
  if (isOurs) throw toStartError(error);
  return UNCONFIRMED;
}

/**
 * Waits for the end of a run, and takes its result. Several instances may do so.
 * @throws AppError when there is no result that is good for anything; what `receive` throws; the signal's reason
 */
export async function finishRun(
  run: JobRun,
  parts: JobRunParts,
  { signal, receive }: Pick<RunOptions, "signal" | "receive">,
): Promise<RunResult> {
  const { logger } = parts;
  const { execution } = run;
  const followed = await followRun(run, parts, signal);
  if (followed.kind === "not_started") {
    const { why, reason } = followed;
    logger.log("ERROR", "A sandbox did not start", { execution, why, cause: reason });
    throw toNotStartedError(why, reason);
  }
  if (followed.kind === "lost") {
    logger.log("WARNING", "A sandbox ended without a result", { execution });
    return toLostResult(run);
  }
  try {
    const { runId, collect } = run;
    const { outcome, cut } = await readResultDocument(followed.content, { runId, collect, receive });
    if (cut !== null)
      logger.log("WARNING", "A sandbox did not hand over all files", { execution, cause: cut });
    if (outcome.kind === "refused") throw new AppError(outcome.code, outcome.message);
    return outcome.result;
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    logger.log("ERROR", "The result of a sandbox is good for nothing", { execution, cause: error.message });
    throw damagedResult();
  }
}

/** Ends a run wherever it is: it is not begun any more, and ends where it has begun. Never rejects. */
export async function giveUpRun(
  { runId, execution }: JobRun,
  { exchange, admin }: JobRunParts,
): Promise<void> {
  const removed = exchange.removeProgram(runId);
  const signal = AbortSignal.timeout(GIVE_UP_MS);
  const claim = await exchange
    .takeClaim(runId, signal)
    .then((isTaken) => (isTaken ? null : exchange.findClaim(runId, signal)))
    .catch(() => null);
  const other = claim?.by === "container" ? admin.nameOf(claim.execution) : null;
  const executions = new Set([execution, other].filter((name) => name !== null));
  await Promise.allSettled([removed, ...[...executions].map((name) => admin.cancel(name, signal))]);
}

/** The container was ended from outside while it had the program. */
function toLostResult({ language, timeoutMs }: JobRun): RunResult {
  return {
    status: "killed",
    exitCode: null,
    signal: "SIGKILL",
    stdout: "",
    stderr: "The sandbox ended while the program ran, and what it printed is lost.\n",
    truncated: false,
    engine: language === "python" ? "cpython" : "node",
    start: "cold",
    limit: null,
    wallMs: timeoutMs,
    skippedFiles: [],
    unchangedFiles: [],
  };
}
