import { setTimeout as sleep } from "node:timers/promises";
import type { Job, QueryResultsOptions } from "@google-cloud/bigquery";
import { createPageRoom, type PageRoom } from "../page-room.ts";
import type { Field, Page, PageLimits, QueryFailure, Row } from "../warehouse.ts";
import { parseSchema } from "./parse-schema.ts";
import { countOf, memberOf } from "./rest-value.ts";
import { toRow } from "./to-cell.ts";
import { unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

/** Bounds one call's rows in memory; BigQuery itself cuts them at about 10 MB. */
const ROWS_PER_CALL = 1000;
/** Pause before asking again for a statement that still runs; BigQuery holds each question for up to ten seconds. */
const POLL_PAUSE_MS = 100;
/** A row of so many columns is long whatever they hold. */
const MANY_COLUMNS = 500;

/** Rows of a job's result from row `start` on, as many as the limits allow. */
export type JobRows = Omit<Page, "next">;

/** What has been read of a page. */
interface Reading {
  schema: readonly Field[];
  rows: Row[];
  room: PageRoom | null;
  totalRows: number | null;
  bytesProcessed: number | null;
}

/**
 * Waits for a job and reads rows of its result, no more than the limits allow.
 * @param start row to begin at, from 0
 * @param onComplete called once, as soon as BigQuery says that the job is done
 * @throws the signal's reason, what the client throws, or AppError `warehouse_unavailable` for an answer that makes no sense
 */
export async function readRows(
  job: Job,
  { start, limits }: { readonly start: number; readonly limits: PageLimits },
  stop: AbortSignal,
  onComplete: () => void = () => undefined,
): Promise<JobRows | QueryFailure> {
  const reading: Reading = { schema: [], rows: [], room: null, totalRows: null, bytesProcessed: null };
  const first = { maxResults: Math.min(limits.maxRows, ROWS_PER_CALL) };
  let query: QueryResultsOptions | null = start === 0 ? first : { ...first, startIndex: String(start) };
  while (query !== null) {
    const { answer, rows, next } = await ask(job, query, stop);
    if (memberOf(answer, "jobComplete") === false) {
      if (rows.length > 0) throw unavailable(new Error("A job that still runs gave rows."));
      await sleep(POLL_PAUSE_MS, undefined, { signal: stop });
      query = next;
      continue;
    }
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

async function ask(job: Job, query: QueryResultsOptions, stop: AbortSignal) {
  const asked = job.getQueryResults({ ...query, autoPaginate: false, skipParsing: true });
  const [rows, next, answer] = await untilStopped(asked, stop);
  const found: readonly unknown[] = rows;
  return { rows: found, next: next ?? null, answer };
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
  try {
    const schema = memberOf(answer, "schema");
    if (schema !== undefined || rows.length > 0) reading.schema = parseSchema(schema);
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

function pageOf({ schema, rows, bytesProcessed }: Reading) {
  return {
    kind: "rows",
    schema,
    rows,
    bytesProcessed,
    bytesBilled: null,
    cacheHit: null,
    estimatedCostUsd: null,
  } as const;
}
