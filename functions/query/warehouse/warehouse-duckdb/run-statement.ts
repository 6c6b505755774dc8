import { AppError } from "#shared/errors/app-error.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Page, QueryFailure, QueryOutcome, Statement } from "../warehouse.ts";
import type { EngineJob, FirstPage } from "./engine/channel/messages.ts";
import type { EnginePool } from "./engines/engine-pool.ts";
import type { DeathReason, EngineResult } from "./engines/engine-process.ts";
import { FREE_OF_CHARGE } from "./results/free-of-charge.ts";
import { createResultSpool, KEPT_BYTES, type ResultSpool } from "./results/result-spool.ts";

/** What statements run with. */
export interface StatementContext {
  readonly pool: EnginePool;
  readonly results: ObjectStore;
}

/**
 * Runs a statement in an engine and stores what does not fit into the first page. When its time is up with the first page there,
 * that page is the answer.
 * @throws as `Warehouse.runQuery`
 */
export async function runStatement(
  { pool, results }: StatementContext,
  statement: Statement,
  caller: AbortSignal,
): Promise<QueryOutcome> {
  const deadline = AbortSignal.timeout(statement.timeoutMs);
  const stop = AbortSignal.any([caller, deadline]);
  try {
    const first = await attempt(pool, results, statement, { caller, stop });
    if (first.kind !== "again") return first;
    const second = await attempt(pool, results, statement, { caller, stop });
    if (second.kind !== "again") return second;
    return second.reason === "crowded" ? outOfMemory() : crashed();
  } catch (thrown) {
    caller.throwIfAborted();
    if (deadline.aborted && thrown === deadline.reason) return timedOut(statement);
    throw thrown;
  }
}

/** The engine died or had no memory left, and that may have been someone else's doing. */
interface Again {
  readonly kind: "again";
  readonly reason: DeathReason;
}

async function attempt(
  pool: EnginePool,
  results: ObjectStore,
  statement: Statement,
  { caller, stop }: { readonly caller: AbortSignal; readonly stop: AbortSignal },
): Promise<QueryOutcome | Again> {
  const spool = createResultSpool(results);
  let isAnswered = false;
  try {
    const result = await pool.use(stop, (engine) => engine.run(toJob(statement), spool, stop));
    caller.throwIfAborted();
    if (result.kind === "died" && result.reason !== "memory" && !stop.aborted)
      return { kind: "again", reason: result.reason };
    const outcome = await toOutcome(result, statement, spool);
    caller.throwIfAborted();
    isAnswered = outcome.kind === "rows";
    return outcome;
  } finally {
    if (!isAnswered) spool.abandon();
  }
}

function toJob(statement: Statement): EngineJob {
  return { kind: "query", ...statement, keptBytes: KEPT_BYTES };
}

async function toOutcome(
  result: EngineResult,
  statement: Statement,
  spool: ResultSpool,
): Promise<QueryOutcome> {
  const page = spool.firstPage();
  switch (result.kind) {
    case "outcome":
      return result.outcome.kind === "rows" ? { ...result.outcome, ...FREE_OF_CHARGE } : result.outcome;
    case "end":
      return page === null ? crashed() : withNext(page, result.totalRows, spool, true);
    case "refused":
      throw new AppError(result.code, result.message);
    case "stopped":
      return page === null ? timedOut(statement) : withNext(page, null, spool, false);
    case "too-complex":
      return tooComplex();
    case "died":
      return result.reason === "memory" ? outOfMemory() : crashed();
    case "described":
    case "dry-run":
      return crashed();
  }
}

async function withNext(
  page: FirstPage,
  totalRows: number | null,
  spool: ResultSpool,
  isWhole: boolean,
): Promise<Page> {
  return { ...page, ...FREE_OF_CHARGE, totalRows, next: await spool.end(totalRows, { isWhole }) };
}

function timedOut({ timeoutMs }: Statement): QueryFailure {
  const message = `The statement timed out after ${timeoutMs / 1000} s. Read fewer rows, or allow a longer timeout.`;
  return { kind: "failure", code: "query_timed_out", message };
}

/** What the author of a statement reads that took more memory than there is. */
export function outOfMemory(): QueryFailure {
  const message =
    "The statement needs more memory than the embedded warehouse has. Filter or aggregate earlier.";
  return { kind: "failure", code: "query_out_of_memory", message };
}

/** What the author of a statement reads whose text takes too long to be understood. */
export function tooComplex(): QueryFailure {
  const message = "The statement is too complex to be read in time. Write it shorter, or with less nesting.";
  return { kind: "failure", code: "invalid_query", message };
}

/** What the author of a statement reads that ended the engine, twice. */
export function crashed(): QueryFailure {
  const message = "The statement ended the embedded warehouse's engine. Write it in another way.";
  return { kind: "failure", code: "query_failed", message };
}
