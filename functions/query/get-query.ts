import { ownerOf } from "#shared/auth/owner-of.ts";
import type { GetQueryParameters } from "#shared/contract/query/get-query.ts";
import type { QueryAnswer } from "#shared/contract/query/query-answer.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { PageTokens } from "./pages/page-tokens.ts";
import { ROWS_CHARACTERS } from "./query-bigquery.ts";
import { type QueryHandles, unknownQuery } from "./running/query-handles.ts";
import { toQueryAnswer } from "./running/to-query-answer.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

/** Handler of `get_query`: what `query_bigquery` would have answered. A caller who leaves leaves the statement running. */
export function createGetQuery({
  warehouse,
  pageTokens,
  handles,
}: {
  readonly warehouse: Warehouse;
  readonly pageTokens: PageTokens;
  readonly handles: QueryHandles;
}) {
  return async (
    { query_id: handle, wait_seconds: waitSeconds }: GetQueryParameters,
    { principal, requestId, signal, logger }: RequestContext,
  ): Promise<QueryAnswer> => {
    const owner = ownerOf(principal);
    const { reference, queryId, fingerprint, format, maxRows, startedAt } = handles.verify(handle, owner);
    const limits = { maxRows, maxCharacters: ROWS_CHARACTERS, format };
    const outcome = await warehouse.readRunning(reference, limits, { signal, waitMs: waitSeconds * 1000 });
    if (outcome === null) throw unknownQuery();
    if (outcome.kind !== "running")
      logger.log("INFO", "statement ended", {
        query_id: queryId,
        outcome: outcome.kind === "failure" ? outcome.code : outcome.kind,
      });
    return toQueryAnswer(outcome.kind === "running" ? { kind: "running", handle } : outcome, {
      format,
      queryId,
      requestId,
      startedAt,
      toToken: (next) => pageTokens.sign({ reference: next, queryId }, { fingerprint, owner }),
    });
  };
}
