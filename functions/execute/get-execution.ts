import { ownerOf } from "#shared/auth/owner-of.ts";
import type { Execution } from "#shared/contract/execute/execution.ts";
import type { GetExecutionParameters } from "#shared/contract/execute/get-execution.ts";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import type { Executions } from "./executions/run-executions.ts";
import { type SignLink, toExecution } from "./executions/to-execution.ts";

/** Handler of `get_execution`. What belongs to others is as unknown as what never was. */
export function createGetExecution({
  executions,
  signLink,
}: {
  readonly executions: Executions;
  readonly signLink: SignLink;
}) {
  return async (parameters: GetExecutionParameters, context: RequestContext): Promise<Execution> => {
    const { requestId, baseUrl, signal } = context;
    const waiting = { waitMs: parameters.wait_seconds * 1000, signal };
    const record = await executions.wait(ownerOf(context.principal), parameters.execution_id, waiting);
    if (record === null) throw unknownExecution();
    return toExecution(record, { requestId, baseUrl, signLink });
  };
}

/** The same sentence for executions that never were, have expired, or belong to others. */
export function unknownExecution(): AppError {
  return new AppError(
    "not_found",
    "There is no such execution. Results are kept for a day; list_executions lists them.",
  );
}
