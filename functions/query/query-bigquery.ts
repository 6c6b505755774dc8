import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type { QueryBigqueryRequest, QueryBigqueryResponse } from "#shared/contract/query/query-bigquery.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

/** What the answer needs beside its rows. */
const OTHER_FIELDS_CHARACTERS = 2_000;

/** Handler of `query_bigquery`: a statement that fails is an answer, not an error. */
export function createQueryBigquery({ warehouse }: { warehouse: Warehouse }) {
  return async (request: QueryBigqueryRequest, context: RequestContext): Promise<QueryBigqueryResponse> => {
    const startedAt = performance.now();
    const statement = {
      sql: request.sql,
      timeoutMs: request.timeout * 1000,
      maxRows: request.max_results,
      maxCharacters: ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS,
    };
    const outcome = await warehouse.runQuery(statement, { signal: context.signal });
    const ending = {
      execution_time: Math.round(performance.now() - startedAt) / 1000,
      timestamp: new Date().toISOString(),
      request_id: context.requestId,
    };
    if (outcome.kind === "failure") {
      const { code, message } = outcome;
      const nothing = { data: [], row_count: 0, total_rows: null, truncated: false };
      return { success: false, ...nothing, error: message, code, ...ending };
    }
    const { rows, totalRows, truncated } = outcome;
    return {
      success: true,
      data: rows.map((row) => ({ ...row })),
      row_count: rows.length,
      total_rows: totalRows,
      truncated,
      error: null,
      ...ending,
    };
  };
}
