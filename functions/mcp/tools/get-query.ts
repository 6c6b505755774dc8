import { validateGetQuery } from "#shared/contract/generated/query-validators.js";
import { getQuery } from "#shared/contract/query/get-query.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Reads the result of a statement that took long. */
export const getQueryTool: Tool = createOperationTool({
  operation: getQuery,
  title: "Get a statement's result",
  effects: READS,
  validate: validateGetQuery,
});
