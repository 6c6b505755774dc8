import { validateListTables } from "#shared/contract/generated/query-validators.js";
import { listTables } from "#shared/contract/query/list-tables.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Lists the tables of a dataset. */
export const listTablesTool: Tool = createOperationTool({
  operation: listTables,
  title: "List a dataset's tables",
  effects: READS,
  validate: validateListTables,
});
