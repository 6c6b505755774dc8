import { cancelExecution } from "./execute/cancel-execution.ts";
import { executeCode } from "./execute/execute-code.ts";
import { getExecution } from "./execute/get-execution.ts";
import { getFile } from "./execute/get-file.ts";
import { listExecutions } from "./execute/list-executions.ts";
import { listLanguages } from "./execute/list-languages.ts";
import { checkHealth } from "./health/check-health.ts";
import type { Operation } from "./operation.ts";
import { cancelQuery } from "./query/cancel-query.ts";
import { describeTable } from "./query/describe-table.ts";
import { getQuery } from "./query/get-query.ts";
import { listDatasets } from "./query/list-datasets.ts";
import { listTables } from "./query/list-tables.ts";
import { queryBigquery } from "./query/query-bigquery.ts";

/** Every operation, in the order of the OpenAPI document. */
export const OPERATIONS: readonly Operation[] = [
  executeCode,
  getExecution,
  cancelExecution,
  listExecutions,
  getFile,
  listLanguages,
  queryBigquery,
  getQuery,
  cancelQuery,
  listDatasets,
  listTables,
  describeTable,
  checkHealth,
];
