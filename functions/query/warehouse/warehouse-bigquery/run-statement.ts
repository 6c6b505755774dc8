import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Query } from "@google-cloud/bigquery";
import type { Asker, QueryFailure, QueryOutcome, Running, Statement } from "../warehouse.ts";
import { toSize } from "./cost.ts";
import type { DryRunFacts } from "./gates/dry-run-facts.ts";
import { judgeStatement } from "./gates/judge-statement.ts";
import { type JobPlace, jobAt, toReference } from "./job-place.ts";
import { nearestNames } from "./nearest-names.ts";
import { withNext } from "./read-job-page.ts";
import { readRows } from "./read-rows.ts";
import type { StatementContext } from "./statement-context.ts";
import { isEnd, isRefusal, NARROW, statusOf, toFailure } from "./to-failure.ts";
import { toQuery } from "./to-query.ts";
import { untilStopped } from "./until-stopped.ts";

/** How long a stopped statement waits for its cancellation; beyond it the cancellation goes on by itself. */
const CANCEL_GRACE_MS = 5_000;

/** Who asks, and for how long. */
export interface StatementOptions {
  readonly signal: AbortSignal;
  readonly asker: Asker;
  /** Milliseconds from the call; undefined to wait for the end. */
  readonly waitMs?: number | undefined;
}

/**
 * Runs one statement as a BigQuery job: the gates decide whether it may run at all, then the job runs under the byte cap. A job
 * that is not known to be done is cancelled before this returns or throws, unless a handle of it is given.
 * @throws the reason of `signal`, or what the gates throw, AppError `warehouse_unavailable`, `overloaded`
 */
export async function runStatement(
  context: StatementContext,
  statement: Statement,
  { signal, asker, waitMs = Number.POSITIVE_INFINITY }: StatementOptions,
): Promise<QueryOutcome | Running> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const deadline = AbortSignal.timeout(statement.timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
    const judged = await untilStopped(judgeStatement(context, statement, asker), stop);
    if (judged.kind === "failure") return await nearestNames(context, judged, stop);
    const { facts } = judged;
    const overCap = checkBytes(context, facts);
    if (overCap !== null) return overCap;
    const jobTimeoutMs = Math.max(1, Math.ceil(startedAt + statement.timeoutMs - performance.now()));
    const query = {
      ...toQuery(context, statement, asker),
      maximumBytesBilled: String(context.maximumBytesBilled),
      jobTimeoutMs,
    };
    const waitUntil = startedAt + waitMs;
    return await runJob(context, { query, statement, facts, waitUntil }, stop);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!deadline.aborted) return toFailure(thrown, context);
    const message = `The statement ran out of its ${statement.timeoutMs / 1000} s and was cancelled. Narrow it or raise timeout.`;
    return { kind: "failure", code: "query_timed_out", message };
  }
}

/** A statement that passed the gates. */
interface PassedStatement {
  readonly query: Query;
  readonly statement: Statement;
  readonly facts: DryRunFacts;
  /** By `performance.now()`. */
  readonly waitUntil: number;
}

async function runJob(
  context: StatementContext,
  { query, statement, facts, waitUntil }: PassedStatement,
  stop: AbortSignal,
): Promise<QueryOutcome | Running> {
  const location = facts.location ?? context.location;
  // Our own id: the job can be cancelled even when the answer to its creation never arrives.
  const place: JobPlace = {
    job: `query_${randomUUID()}`,
    location: location ?? "",
    start: 0,
    tables: facts.tables.length,
  };
  const inserted = insertJob(context, place, { ...query, ...(location === undefined ? {} : { location }) });
  let mayLeave = false;
  const leave = (): void => {
    mayLeave = true;
  };
  try {
    const job = await untilStopped(inserted, stop);
    const { pricePerTib } = context;
    const question = { start: 0, limits: statement, tables: place.tables, pricePerTib, waitUntil };
    const page = performance.now() >= waitUntil ? null : await readRows(job, question, stop, leave);
    if (page === null) {
      stop.throwIfAborted();
      leave();
      return { kind: "running", handle: toReference(place) };
    }
    return page.kind === "failure" ? page : withNext(page, place);
  } catch (thrown) {
    if (!mayLeave && (stop.aborted || !isEnd(thrown))) await endJob(context, place, inserted);
    throw thrown;
  }
}

/** What BigQuery would refuse by its cap, in words that help. */
function checkBytes({ maximumBytesBilled: cap }: StatementContext, facts: DryRunFacts): QueryFailure | null {
  const bytes = facts.bytesProcessed ?? 0;
  if (bytes <= cap) return null;
  const message = `The statement would read ${bytes} bytes (${toSize(bytes)}), more than the cap of ${cap} bytes (${toSize(cap)}) that this server sets; nothing ran. ${NARROW}`;
  return { kind: "failure", code: "bytes_limit_exceeded", message };
}

async function insertJob(context: StatementContext, place: JobPlace, query: Query): Promise<Job> {
  try {
    const [job] = await context.client.createQueryJob({ ...query, jobId: place.job });
    return job;
  } catch (thrown) {
    // The id is random: a job that exists already is ours, created by a call whose answer was lost and that was tried again.
    if (statusOf(thrown) !== 409) throw thrown;
    return jobAt(context.client, place);
  }
}

async function endJob(context: StatementContext, place: JobPlace, inserted: Promise<Job>): Promise<void> {
  const ended = cancelJob(context, place, inserted).catch((cause: unknown) => {
    // jobTimeoutMs still bounds what the job may cost.
    context.logger?.log("WARNING", "A BigQuery job could not be cancelled.", {
      jobId: place.job,
      status: statusOf(cause),
    });
  });
  context.track(ended);
  await Promise.race([ended, sleep(CANCEL_GRACE_MS, undefined, { ref: false })]);
}

/** A cancellation that overtakes the creation would find nothing to cancel, so it waits for it. */
async function cancelJob(context: StatementContext, place: JobPlace, inserted: Promise<Job>): Promise<void> {
  const refused = await inserted.then(() => false, isRefusal);
  if (refused) return;
  await jobAt(context.client, place).cancel();
}
