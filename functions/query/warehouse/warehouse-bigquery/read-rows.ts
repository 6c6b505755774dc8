import { setTimeout as sleep } from "node:timers/promises";
import type { Job, QueryResultsOptions } from "@google-cloud/bigquery";
import type { QueryOutcome, Statement } from "../warehouse.ts";
import { parseSchema, toRow } from "./to-cell.ts";
import { unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

type Rows = Extract<QueryOutcome, { kind: "rows" }>;

/** Bounds one page in memory; BigQuery itself cuts a page at about 10 MB. */
const ROWS_PER_PAGE = 1000;
/** Pause before asking again for a statement that still runs; BigQuery holds each question for up to ten seconds. */
const POLL_PAUSE_MS = 100;

/** The members of an answer that count, each untrusted. */
interface Page {
  readonly complete: boolean;
  readonly schema: unknown;
  readonly rows: readonly unknown[];
  readonly totalRows: number | null;
}

/**
 * Waits for a job and reads its rows page by page, no more than the limits allow.
 * @param onComplete called once, as soon as BigQuery says that the job is done
 * @throws the signal's reason, what the client throws, or AppError `warehouse_unavailable` for an answer that makes no sense
 */
export async function readRows(
  job: Job,
  limits: Pick<Statement, "maxRows" | "maxCharacters">,
  stop: AbortSignal,
  onComplete: () => void,
): Promise<Rows> {
  const rows: Rows["rows"][number][] = [];
  let characters = "[]".length;
  let query: QueryResultsOptions | null = { maxResults: Math.min(limits.maxRows, ROWS_PER_PAGE) };
  let totalRows: number | null = null;
  while (query !== null) {
    const [page, next] = await readPage(job, query, stop);
    if (page.complete) onComplete();
    else await sleep(POLL_PAUSE_MS, undefined, { signal: stop });
    totalRows = page.totalRows ?? totalRows;
    for (const row of convert(page)) {
      characters += JSON.stringify(row).length + ",".length;
      if (rows.length >= limits.maxRows || characters > limits.maxCharacters) {
        return { kind: "rows", rows, totalRows, truncated: true };
      }
      rows.push(row);
    }
    if (next !== null && rows.length >= limits.maxRows) {
      return { kind: "rows", rows, totalRows, truncated: true };
    }
    query =
      next === null ? null : { ...next, maxResults: Math.min(limits.maxRows - rows.length, ROWS_PER_PAGE) };
  }
  return { kind: "rows", rows, totalRows: totalRows ?? rows.length, truncated: false };
}

async function readPage(
  job: Job,
  query: QueryResultsOptions,
  stop: AbortSignal,
): Promise<readonly [Page, QueryResultsOptions | null]> {
  const asked = job.getQueryResults({ ...query, autoPaginate: false, skipParsing: true });
  const [rows, next, answer] = await untilStopped(asked, stop);
  const totalRows = Number(answer?.totalRows ?? Number.NaN);
  return [
    {
      complete: answer?.jobComplete !== false,
      schema: answer?.schema,
      rows,
      totalRows: Number.isSafeInteger(totalRows) ? totalRows : null,
    },
    next ?? null,
  ];
}

function convert(page: Page): Rows["rows"] {
  if (page.rows.length === 0) return [];
  try {
    const fields = parseSchema(page.schema);
    return page.rows.map((row) => toRow(fields, row));
  } catch (cause) {
    throw unavailable(cause);
  }
}
