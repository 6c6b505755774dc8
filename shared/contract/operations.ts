import { executeCode } from "./execute/execute-code.ts";
import { listLanguages } from "./execute/list-languages.ts";
import { checkHealth } from "./health/check-health.ts";
import type { Operation } from "./operation.ts";
import { queryBigquery } from "./query/query-bigquery.ts";

/** Every operation, in the order of the OpenAPI document. */
export const OPERATIONS: readonly Operation[] = [executeCode, listLanguages, queryBigquery, checkHealth];
