import { setTimeout as sleep } from "node:timers/promises";
import type { Job, QueryResultsOptions } from "@google-cloud/bigquery";
import { createPageRoom, type PageRoom } from "../page-room.ts";
import type { Field, Page, PageLimits, QueryFailure, Row } from "../warehouse.ts";
import { toBilledBytes, toUsd } from "./cost.ts";
import { parseSchema } from "./parse-schema.ts";
import { countOf, memberOf } from "./rest-value.ts";
import { toRow } from "./to-cell.ts";
import { unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

/** Bounds one call's rows in memory; BigQuery itself cuts them at about 10 MB. */
const ROWS_PER_CALL = 1000;
/** Pause before asking again for a statement that still runs; BigQuery holds each question for up to ten seconds. */
const POLL_PAUSE_MS = 100;
/** How long BigQuery holds a question unless it is told to be quicker. */
const LONGEST_QUESTION_MS = 10_000;
/** A row of so many columns is long whatever they hold. */
const MANY_COLUMNS = 500;

/** Rows of a job's result from row `start` on, as many as the limits allow. */
export type JobRows = Omit<Page, "next">;

/** Which rows to read, and for how long. */
export interface RowsQuestion {
  /** Row to begin at, from 0. */
  readonly start: number;
  readonly limits: PageLimits;
  /** How many tables the statement reads, for the price. */
  readonly tables: number;
  /** US dollars for a TiB. */
  readonly pricePerTib: number;
  /** When to stop waiting for the job, by `performance.now()`; Infinity to wait for its end. */
  readonly waitUntil: number;
}

/** What has been read of a page. */
interface Reading {
  readonly question: RowsQuestion;
  schema: readonly Field[];
  rows: Row[];
  room: PageRoom | null;
  totalRows: number | null;
  bytesProcessed: number | null;
  cacheHit: boolean | null;
}

/**
 * Waits for a job and reads rows of its result, no more than the limits allow.
 * @returns null when the job still runs at the end of the wait
 * @param onComplete called as soon as BigQuery says that the job is done
 * @throws the signal's reason, what the client throws, or AppError `warehouse_unavailable` for an answer that makes no sense
 */
export async function readRows(
  job: Job,
  question: RowsQuestion,
  stop: AbortSignal,
  onComplete: () => void = () => undefined,
): Promise<JobRows | QueryFailure | null> {
  const { start, limits, waitUntil } = question;
  const reading: Reading = {
    question,
    schema: [],
    rows: [],
    room: null,
    totalRows: null,
    bytesProcessed: null,
    cacheHit: null,
  };
  const first = { maxResults: Math.min(limits.maxRows, ROWS_PER_CALL) };
  let query: QueryResultsOptions | null = start === 0 ? first : { ...first, startIndex: String(start) };
  while (query !== null) {
    const found = await askUntilDone(job, query, waitUntil, stop);
    if (found === null) return null;
    const { answer, rows, next } = found;
    onComplete();
    const truncatedBy = take(reading, answer, rows, limits) ?? (next && isComplete(reading));
    if (truncatedBy !== null) return cut(reading, truncatedBy);
    query = next && toNext(next, limits.maxRows - reading.rows.length);
  }
  const totalRows = reading.totalRows ?? start + reading.rows.length;
  return { ...pageOf(reading), totalRows, truncatedBy: null };
}

function isComplete({ room }: Reading): "max_results" | null {
  return room?.isComplete === true ? "max_results" : null;
}

/** The token says where to go on; the first call's row would contradict it. */
function toNext(next: QueryResultsOptions, rowsLeft: number): QueryResultsOptions {
  const { startIndex: _, ...query } = next;
  return { ...query, maxResults: Math.min(rowsLeft, ROWS_PER_CALL) };
}

/** @returns null when the job still runs at the end of the wait */
async function askUntilDone(job: Job, query: QueryResultsOptions, waitUntil: number, stop: AbortSignal) {
  for (;;) {
    const found = await ask(job, query, waitUntil, stop);
    const complete = memberOf(found.answer, "jobComplete");
    if (complete === true) return found;
    if (complete !== false) throw unavailable(new Error("An answer does not say whether its job is done."));
    if (found.rows.length > 0) throw unavailable(new Error("A job that still runs gave rows."));
    if (performance.now() + POLL_PAUSE_MS >= waitUntil) return null;
    await sleep(POLL_PAUSE_MS, undefined, { signal: stop });
  }
}

async function ask(job: Job, query: QueryResultsOptions, waitUntil: number, stop: AbortSignal) {
  const left = Math.max(1, Math.ceil(waitUntil - performance.now()));
  const wait = left < LONGEST_QUESTION_MS ? { timeoutMs: left } : {};
  const asked = job.getQueryResults({ ...query, ...wait, autoPaginate: false, skipParsing: true });
  try {
    const [rows, next, answer] = await untilStopped(asked, stop);
    const found: readonly unknown[] = rows;
    return { rows: found, next: next ?? null, answer };
  } catch (thrown) {
    // The client makes an error of a job that runs on when it was told how long to ask.
    if (!(thrown instanceof Error && /^The query did not complete before \d+ms$/.test(thrown.message)))
      throw thrown;
    return { rows: [], next: null, answer: { jobComplete: false } };
  }
}

/** Adds what an answer holds to the page. @returns what ended the page, null when nothing did */
function take(
  reading: Reading,
  answer: unknown,
  rows: readonly unknown[],
  limits: PageLimits,
): "max_results" | "size" | null {
  reading.totalRows = countOf(answer, "totalRows") ?? reading.totalRows;
  reading.bytesProcessed = countOf(answer, "totalBytesProcessed") ?? reading.bytesProcessed;
  const cacheHit = memberOf(answer, "cacheHit");
  reading.cacheHit = typeof cacheHit === "boolean" ? cacheHit : reading.cacheHit;
  const changed = countOf(answer, "numDmlAffectedRows");
  if (changed !== null && rows.length === 0) {
    reading.schema = [{ name: "affected_rows", type: "INT64", mode: "REQUIRED" }];
    reading.rows = [{ affected_rows: changed }];
    reading.totalRows = 1;
    return null;
  }
  try {
    const schema = memberOf(answer, "schema");
    // The client hides rows that come without a schema: they are not a result without rows.
    if (schema !== undefined || memberOf(answer, "rows") !== undefined) reading.schema = parseSchema(schema);
    reading.room ??= createPageRoom(limits, reading.schema);
    for (const cells of rows) {
      const row = toRow(reading.schema, cells);
      const full = reading.room.take(JSON.stringify(row));
      if (full !== null) return full;
      reading.rows.push(row);
    }
    return null;
  } catch (cause) {
    throw unavailable(cause);
  }
}

function cut(reading: Reading, truncatedBy: "max_results" | "size"): JobRows | QueryFailure {
  if (reading.rows.length === 0) return rowTooLarge(reading.schema);
  return { ...pageOf(reading), totalRows: reading.totalRows, truncatedBy };
}

function rowTooLarge({ length }: readonly Field[]): QueryFailure {
  const message =
    length > MANY_COLUMNS
      ? `The result has ${length} columns: one row with their names and types is longer than an answer may be. Select fewer columns.`
      : "A single row of the result is longer than an answer may be. Select fewer columns, or a part of long values, as SUBSTR(x, 1, 1000) does.";
  return { kind: "failure", code: "result_too_large", message };
}

function pageOf({ schema, rows, bytesProcessed, cacheHit, question }: Reading) {
  const bytesBilled = question.start > 0 ? null : billedBytes(bytesProcessed, cacheHit, question.tables);
  const estimatedCostUsd = bytesBilled === null ? null : toUsd(bytesBilled, question.pricePerTib);
  return { kind: "rows", schema, rows, bytesProcessed, bytesBilled, cacheHit, estimatedCostUsd } as const;
}

function billedBytes(processed: number | null, cacheHit: boolean | null, tables: number): number | null {
  if (cacheHit === true) return 0;
  return processed === null ? null : toBilledBytes(processed, tables);
}
