import { queryBigquery } from "#shared/contract/query/query-bigquery.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Runs a statement. It is marked as one that may destroy data only for those who can, where that is switched on. */
export const queryBigqueryTool: Tool = createOperationTool({
  operation: queryBigquery,
  title: "Query the warehouse",
  advice:
    "Not for calculations that need no table: execute_code does those. To find tables use search, list_datasets or list_tables.",
  effects: ({ principal, warehouseTakesWrites }) =>
    warehouseTakesWrites && principal.scopes.includes("query:write")
      ? { readOnly: false, destructive: true, idempotent: false }
      : READS,
});
