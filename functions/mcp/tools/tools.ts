import { cancelExecutionTool } from "./cancel-execution.ts";
import { cancelQueryTool } from "./cancel-query.ts";
import { checkHealthTool } from "./check-health.ts";
import { describeTableTool } from "./describe-table.ts";
import { executeCodeTool } from "./execute-code.ts";
import { fetchTool } from "./fetch.ts";
import { getExecutionTool } from "./get-execution.ts";
import { getFileTool } from "./get-file.ts";
import { getQueryTool } from "./get-query.ts";
import { listDatasetsTool } from "./list-datasets.ts";
import { listExecutionsTool } from "./list-executions.ts";
import { listLanguagesTool } from "./list-languages.ts";
import { listTablesTool } from "./list-tables.ts";
import { queryBigqueryTool } from "./query-bigquery.ts";
import { searchTool } from "./search.ts";
import type { Tool } from "./tool.ts";

/** Every tool, in the order of `tools/list`: those of the contract, then the two that deep research asks for. */
export const TOOLS: readonly Tool[] = [
  executeCodeTool,
  getExecutionTool,
  cancelExecutionTool,
  listExecutionsTool,
  getFileTool,
  listLanguagesTool,
  queryBigqueryTool,
  getQueryTool,
  cancelQueryTool,
  listDatasetsTool,
  listTablesTool,
  describeTableTool,
  checkHealthTool,
  searchTool,
  fetchTool,
];

/** A tool by its name; null when there is none. */
export function findTool(name: string): Tool | null {
  return TOOLS.find((tool) => tool.name === name) ?? null;
}
