import { listExecutions } from "#shared/contract/execute/list-executions.ts";
import { validateListExecutions } from "#shared/contract/generated/execute-validators.js";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Lists the caller's own programs. */
export const listExecutionsTool: Tool = createOperationTool({
  operation: listExecutions,
  title: "List programs that were run",
  effects: READS,
  validate: validateListExecutions,
});
