import { randomUUID } from "node:crypto";
import { ownerOf } from "#shared/auth/owner-of.ts";
import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type { QueryBigqueryRequest, QueryBigqueryResponse } from "#shared/contract/query/query-bigquery.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { layOutRows } from "./formats/lay-out-rows.ts";
import { toSchema } from "./formats/to-schema.ts";
import { invalidPageToken, type NextPage, type PagedQuery, type PageTokens } from "./pages/page-tokens.ts";
import { parseParameters } from "./parameters/parse-parameters.ts";
import type {
  Asker,
  Page,
  PageLimits,
  QueryFailure,
  QueryOutcome,
  Running,
  RunOptions,
  Warehouse,
} from "./warehouse/warehouse.ts";

/** What the answer needs beside its schema and its rows: the token alone may have 1,400 characters. */
const OTHER_FIELDS_CHARACTERS = 5_000;

interface Dependencies {
  readonly warehouse: Warehouse;
  readonly pageTokens: PageTokens;
}

/** A checked request. */
interface Question {
  readonly query: PagedQuery;
  readonly limits: PageLimits;
  readonly timeoutMs: number;
}

/** Handler of `query_bigquery`: a statement that fails is an answer, not an error. */
export function createQueryBigquery({ warehouse, pageTokens }: Dependencies) {
  return async (request: QueryBigqueryRequest, context: RequestContext): Promise<QueryBigqueryResponse> => {
    const startedAt = performance.now();
    const question = toQuestion(request, context);
    const from =
      request.page_token === undefined ? null : pageTokens.verify(request.page_token, question.query);
    const outcome = await (from === null
      ? runFirst(warehouse, question, { signal: context.signal, asker: toAsker(context) })
      : readOn(warehouse, from, question, context.signal));
    // Without a bound on the wait no statement is left running.
    if (outcome.kind === "running")
      throw new Error("The warehouse left a statement running that it was to wait for.");
    const queryId = from?.queryId ?? randomUUID();
    const ending = {
      query_id: queryId,
      execution_time: Math.round(performance.now() - startedAt) / 1000,
      timestamp: new Date().toISOString(),
      request_id: context.requestId,
    };
    context.logger.log("INFO", "statement ended", {
      query_id: queryId,
      outcome: outcome.kind === "rows" ? "rows" : outcome.code,
    });
    if (outcome.kind === "failure") return { ...toFailure(outcome), ...ending };
    const { next } = outcome;
    const token = next && pageTokens.sign({ reference: next, queryId }, question.query);
    return {
      success: true,
      ...layOutRows(outcome, request.format),
      ...describePage(outcome),
      next_page_token: token,
      error: null,
      ...ending,
    };
  };
}

function toQuestion(request: QueryBigqueryRequest, { principal }: RequestContext): Question {
  return {
    query: {
      sql: request.sql,
      parameters: parseParameters(request.params),
      dataset: request.dataset ?? null,
      owner: ownerOf(principal),
    },
    limits: {
      maxRows: request.max_results,
      maxCharacters: ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS,
      format: request.format,
    },
    timeoutMs: request.timeout * 1000,
  };
}

function toAsker({ principal, requestId }: RequestContext): Asker {
  return {
    owner: ownerOf(principal),
    requestId,
    tool: "query_bigquery",
    mayWrite: principal?.scopes.includes("query:write") ?? false,
  };
}

function runFirst(
  warehouse: Warehouse,
  { query, limits, timeoutMs }: Question,
  { signal, asker }: RunOptions,
): Promise<QueryOutcome | Running> {
  const { sql, parameters, dataset } = query;
  return warehouse.runQuery(
    { ...limits, sql, timeoutMs, parameters, defaultDataset: dataset },
    { signal, asker },
  );
}

async function readOn(
  warehouse: Warehouse,
  { reference }: NextPage,
  { limits, timeoutMs }: Question,
  signal: AbortSignal,
): Promise<QueryOutcome> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const page = await warehouse.readPage(reference, limits, { signal: AbortSignal.any([signal, deadline]) });
    if (page === null) throw invalidPageToken();
    return page;
  } catch (thrown) {
    if (thrown !== deadline.reason || signal.aborted) throw thrown;
    const message = `The page could not be read within ${timeoutMs / 1000} s. Send the same page_token again.`;
    return { kind: "failure", code: "query_timed_out", message };
  }
}

function describePage({ schema, rows, totalRows, truncatedBy, bytesProcessed }: Page) {
  return {
    schema: toSchema(schema),
    row_count: rows.length,
    total_rows: totalRows,
    truncated: truncatedBy !== null,
    truncated_by: truncatedBy,
    bytes_processed: bytesProcessed,
  };
}

function toFailure({ code, message }: QueryFailure) {
  return {
    success: false,
    data: [],
    schema: [],
    row_count: 0,
    total_rows: null,
    truncated: false,
    truncated_by: null,
    next_page_token: null,
    bytes_processed: null,
    error: message,
    code,
  };
}
