import { validateListDatasets } from "#shared/contract/generated/query-validators.js";
import { listDatasets } from "#shared/contract/query/list-datasets.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Lists the warehouse's datasets. */
export const listDatasetsTool: Tool = createOperationTool({
  operation: listDatasets,
  title: "List datasets",
  effects: READS,
  validate: validateListDatasets,
});
