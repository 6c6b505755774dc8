import { validateDescribeTable, validateListTables } from "#shared/contract/generated/query-validators.js";
import { SAMPLE_ROWS } from "#shared/contract/limits.ts";
import { describeTable } from "#shared/contract/query/describe-table.ts";
import { listTables } from "#shared/contract/query/list-tables.ts";
import type { FunctionAnswer, FunctionClient } from "../client/function-client.ts";
import type { WarehouseItem } from "./item.ts";

/**
 * Reads what the warehouse knows: of a dataset its tables, of a table its description with the most sample rows.
 * @throws AppError `validation_failed` for names that no dataset or table can have
 */
export function readItem(
  { project, dataset, table }: WarehouseItem,
  functions: FunctionClient,
  signal: AbortSignal,
): Promise<FunctionAnswer> {
  if (table === null) {
    const given = { project, dataset, limit: 1000 };
    return functions.call({ operation: listTables, validate: validateListTables, arguments: given }, signal);
  }
  const given = { project, dataset, table, sample_rows: SAMPLE_ROWS.maximum };
  return functions.call(
    { operation: describeTable, validate: validateDescribeTable, arguments: given },
    signal,
  );
}
