import { validateCancelQuery } from "#shared/contract/generated/query-validators.js";
import { cancelQuery } from "#shared/contract/query/cancel-query.ts";
import { createOperationTool } from "./operation-tool.ts";
import type { Tool } from "./tool.ts";

/** Ends a statement and forgets its result. */
export const cancelQueryTool: Tool = createOperationTool({
  operation: cancelQuery,
  title: "Cancel a statement",
  effects: { readOnly: false, destructive: false, idempotent: true },
  validate: validateCancelQuery,
});
