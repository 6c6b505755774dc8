import { validateDescribeTable } from "#shared/contract/generated/query-validators.js";
import { describeTable } from "#shared/contract/query/describe-table.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Tells everything about a table. */
export const describeTableTool: Tool = createOperationTool({
  operation: describeTable,
  title: "Describe a table",
  effects: READS,
  validate: validateDescribeTable,
});
