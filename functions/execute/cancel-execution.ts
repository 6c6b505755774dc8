import { ownerOf } from "#shared/auth/owner-of.ts";
import type {
  CancelExecutionParameters,
  CancelExecutionResponse,
} from "#shared/contract/execute/cancel-execution.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { ExecutionStore } from "./executions/execution-store.ts";
import type { Executions } from "./executions/run-executions.ts";
import { unknownExecution } from "./get-execution.ts";

/** Handler of `cancel_execution`: ends the program and deletes everything of it. */
export function createCancelExecution({
  executions,
  executionStore,
}: {
  readonly executions: Executions;
  readonly executionStore: ExecutionStore;
}) {
  return async (
    { execution_id: id }: CancelExecutionParameters,
    context: RequestContext,
  ): Promise<CancelExecutionResponse> => {
    const owner = ownerOf(context.principal);
    const record = await executionStore.records.find(owner, id);
    if (record === null) throw unknownExecution();
    const isRunning = record.outcome === null;
    if (isRunning) await executions.cancel(owner, id);
    await executionStore.remove(owner, id);
    return { success: true, execution_id: id, cancelled: isRunning, request_id: context.requestId };
  };
}
