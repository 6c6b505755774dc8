import { cancelExecution } from "#shared/contract/execute/cancel-execution.ts";
import { validateCancelExecution } from "#shared/contract/generated/execute-validators.js";
import { createOperationTool } from "./operation-tool.ts";
import type { Tool } from "./tool.ts";

/** Ends a program and deletes what it left. */
export const cancelExecutionTool: Tool = createOperationTool({
  operation: cancelExecution,
  title: "Cancel a program",
  effects: { readOnly: false, destructive: true, idempotent: true },
  validate: validateCancelExecution,
});
