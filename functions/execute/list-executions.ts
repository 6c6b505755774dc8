import { ownerOf } from "#shared/auth/owner-of.ts";
import type {
  ListExecutionsParameters,
  ListExecutionsResponse,
} from "#shared/contract/execute/list-executions.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { ExecutionRecord } from "./executions/execution-record.ts";
import type { ExecutionStore } from "./executions/execution-store.ts";

/** Handler of `list_executions`. */
export function createListExecutions({ executionStore }: { readonly executionStore: ExecutionStore }) {
  return async (
    { limit, after }: ListExecutionsParameters,
    context: RequestContext,
  ): Promise<ListExecutionsResponse> => {
    const page = { limit: limit + 1, ...(after === undefined ? {} : { after }) };
    const found = await executionStore.records.list(ownerOf(context.principal), page);
    const shown = found.slice(0, limit);
    return {
      executions: shown.map(toRow),
      next_after: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
      request_id: context.requestId,
    };
  };
}

function toRow({ id, language, startedAt, outcome }: ExecutionRecord) {
  const place = { execution_id: id, language, started_at: startedAt };
  if (outcome === null) return { ...place, status: "running", execution_time: null } as const;
  if (outcome.kind === "failed") return { ...place, status: "failed", execution_time: null } as const;
  const { status, wallMs } = outcome.run;
  return { ...place, status, execution_time: Math.round(wallMs) / 1000 };
}
