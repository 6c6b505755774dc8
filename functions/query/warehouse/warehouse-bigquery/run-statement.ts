import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { BigQuery, Job, Query } from "@google-cloud/bigquery";
import { AppError } from "#shared/errors/app-error.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { DryRun, QueryFailure, QueryOutcome, Statement } from "../warehouse.ts";
import { parseSchema } from "./parse-schema.ts";
import { toReference } from "./read-job-page.ts";
import { readRows } from "./read-rows.ts";
import { countOf } from "./rest-value.ts";
import { isRefusal, statusOf, toFailure, unavailable } from "./to-failure.ts";
import { toQueryParameters } from "./to-query-parameters.ts";
import { untilStopped } from "./until-stopped.ts";

/** What every statement of one warehouse shares. */
export interface StatementContext {
  readonly client: BigQuery;
  readonly location: string | undefined;
  readonly defaultDataset: string | undefined;
  readonly maximumBytesBilled: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly logger: Logger | undefined;
  /** Keeps work that outlives its statement until the warehouse closes. */
  track(work: Promise<unknown>): void;
}

/** How long a stopped statement waits for its cancellation; beyond it the cancellation goes on by itself. */
const CANCEL_GRACE_MS = 5_000;

/**
 * Runs one statement as a BigQuery job: a dry run decides whether it may run at all, then the job runs under the byte cap. A job
 * that is not known to be done is cancelled before this returns or throws, whatever the reason.
 * @throws the reason of `signal`, or AppError `multiple_statements`, `write_not_allowed`, `warehouse_unavailable`, `overloaded`
 */
export async function runStatement(
  context: StatementContext,
  statement: Statement,
  signal: AbortSignal,
): Promise<QueryOutcome> {
  signal.throwIfAborted();
  const endsAt = performance.now() + statement.timeoutMs;
  const deadline = AbortSignal.timeout(statement.timeoutMs);
  const stop = AbortSignal.any([signal, deadline]);
  try {
    const location = await untilStopped(checkByDryRun(context, statement), stop);
    const jobTimeoutMs = Math.max(1, Math.ceil(endsAt - performance.now()));
    return await runJob({ ...context, location }, statement, jobTimeoutMs, stop);
  } catch (thrown) {
    signal.throwIfAborted();
    if (!deadline.aborted) return toFailure(thrown, context.maximumBytesBilled);
    const message = `The statement ran out of its ${statement.timeoutMs / 1000} s and was cancelled. Narrow it or raise timeout.`;
    return { kind: "failure", code: "query_timed_out", message };
  }
}

/**
 * The gate: BigQuery itself says what kind of statement the text is. A parser of ours could be fooled.
 * @returns the location where the statement's data lies
 */
async function checkByDryRun(context: StatementContext, statement: Statement): Promise<string | undefined> {
  const answer = await askDryRun(context, statement);
  const type = answer.statistics?.query?.statementType;
  if (type === undefined) throw unavailable(new Error("A dry run named no statement type."));
  if (type === "SCRIPT") {
    throw new AppError("multiple_statements", "Send one SELECT statement at a time, without scripting.");
  }
  if (type !== "SELECT") {
    throw new AppError(
      "write_not_allowed",
      `Only SELECT statements may run here; this one is ${type.slice(0, 60)}. Rewrite it as a SELECT.`,
    );
  }
  return answer.jobReference?.location ?? context.location;
}

async function askDryRun(context: StatementContext, statement: Statement) {
  const [, answer] = await context.client.createQueryJob({ ...toQuery(context, statement), dryRun: true });
  return answer;
}

/** Says what a statement would read. @throws the reason of `signal`, AppError `warehouse_unavailable` or `overloaded` */
export async function dryRun(
  context: StatementContext,
  statement: Statement,
  signal: AbortSignal,
): Promise<DryRun | QueryFailure> {
  try {
    const { statistics } = await untilStopped(askDryRun(context, statement), signal);
    const tables = (statistics?.query?.referencedTables ?? []).map((table) => ({
      project: table.projectId ?? "",
      dataset: table.datasetId ?? "",
      table: table.tableId ?? "",
    }));
    const schema: unknown = statistics?.query?.schema;
    return {
      kind: "dry-run",
      statementType: statistics?.query?.statementType ?? "UNKNOWN",
      tables,
      bytesProcessed: countOf(statistics, "totalBytesProcessed"),
      estimatedCostUsd: null,
      schema: schema === undefined ? [] : parseSchema(schema),
    };
  } catch (thrown) {
    signal.throwIfAborted();
    return toFailure(thrown, context.maximumBytesBilled);
  }
}

async function runJob(
  context: StatementContext,
  statement: Statement,
  jobTimeoutMs: number,
  stop: AbortSignal,
): Promise<QueryOutcome> {
  // Our own id: the job can be cancelled even when the answer to its creation never arrives.
  const jobId = `query_${randomUUID()}`;
  const inserted = insertJob(context, statement, jobId, jobTimeoutMs);
  let done = false;
  try {
    const job = await untilStopped(inserted, stop);
    const page = await readRows(job, { start: 0, limits: statement }, stop, () => {
      done = true;
    });
    if (page.kind === "failure") return page;
    return { ...page, next: toReference(page, { job: jobId, location: context.location ?? "", start: 0 }) };
  } catch (thrown) {
    if (!done && (stop.aborted || !isRefusal(thrown))) await endJob(context, jobId, inserted);
    throw thrown;
  }
}

async function insertJob(
  context: StatementContext,
  statement: Statement,
  jobId: string,
  jobTimeoutMs: number,
): Promise<Job> {
  try {
    const [job] = await context.client.createQueryJob({
      ...toQuery(context, statement),
      jobId,
      jobTimeoutMs,
    });
    return job;
  } catch (thrown) {
    // The id is random: a job that exists already is ours, created by a call whose answer was lost and that was tried again.
    if (statusOf(thrown) !== 409) throw thrown;
    return context.client.job(jobId, context.location === undefined ? {} : { location: context.location });
  }
}

async function endJob(context: StatementContext, jobId: string, inserted: Promise<Job>): Promise<void> {
  const ended = cancelJob(context, jobId, inserted).catch((cause: unknown) => {
    // jobTimeoutMs still bounds what the job may cost.
    context.logger?.log("WARNING", "A BigQuery job could not be cancelled.", {
      jobId,
      status: statusOf(cause),
    });
  });
  context.track(ended);
  await Promise.race([ended, sleep(CANCEL_GRACE_MS, undefined, { ref: false })]);
}

/** A cancellation that overtakes the creation would find nothing to cancel, so it waits for it. */
async function cancelJob(context: StatementContext, jobId: string, inserted: Promise<Job>): Promise<void> {
  const refused = await inserted.then(() => false, isRefusal);
  if (refused) return;
  const job = context.client.job(jobId, context.location === undefined ? {} : { location: context.location });
  await job.cancel();
}

function toQuery(context: StatementContext, { sql, parameters, defaultDataset }: Statement): Query {
  const dataset = defaultDataset ?? context.defaultDataset;
  return {
    query: sql,
    useLegacySql: false,
    useQueryCache: true,
    maximumBytesBilled: String(context.maximumBytesBilled),
    labels: { ...context.labels },
    ...(context.location === undefined ? {} : { location: context.location }),
    ...(dataset === undefined ? {} : { defaultDataset: toDataset(dataset) }),
    ...toQueryParameters(parameters),
  };
}

function toDataset(name: string): { datasetId: string; projectId?: string } {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? { datasetId: name } : { projectId: name.slice(0, dot), datasetId: name.slice(dot + 1) };
}
