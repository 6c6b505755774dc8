import { ownerOf } from "#shared/auth/owner-of.ts";
import type { CancelQueryParameters, CancelQueryResponse } from "#shared/contract/query/cancel-query.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { type QueryHandles, unknownQuery } from "./running/query-handles.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

/** Handler of `cancel_query`. */
export function createCancelQuery({
  warehouse,
  handles,
}: {
  readonly warehouse: Warehouse;
  readonly handles: QueryHandles;
}) {
  return async (
    { query_id: handle }: CancelQueryParameters,
    { principal, requestId, signal, logger }: RequestContext,
  ): Promise<CancelQueryResponse> => {
    const { reference, queryId } = handles.verify(handle, ownerOf(principal));
    const outcome = await warehouse.cancel(reference, { signal });
    if (outcome === null) throw unknownQuery();
    logger.log("INFO", "statement cancelled", { query_id: queryId, outcome });
    return { success: true, query_id: handle, cancelled: outcome === "cancelled", request_id: requestId };
  };
}
