import { checkHealth } from "#shared/contract/health/check-health.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Says that the server is up. */
export const checkHealthTool: Tool = createOperationTool({
  operation: checkHealth,
  title: "Check the server's health",
  effects: READS,
});
