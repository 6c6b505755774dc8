import type { DescribeTableResponse } from "#shared/contract/query/describe-table.ts";
import type { ListTablesResponse } from "#shared/contract/query/list-tables.ts";
import type { JsonObject } from "../client/function-client.ts";
import { toItemName, type WarehouseItem } from "./item.ts";

/** Says in lines what an answer of `list_tables` or `describe_table` says in JSON: models cite text. */
export function toItemText(item: WarehouseItem, body: JsonObject): string {
  return item.table === null
    ? toDatasetText(item, body as Pick<ListTablesResponse, "tables" | "next_after">)
    : toTableText(item, body as DescribeTableResponse);
}

function toDatasetText(
  item: WarehouseItem,
  { tables, next_after }: Pick<ListTablesResponse, "tables" | "next_after">,
): string {
  const lines = tables.map(({ table, kind, description }) => `- ${table} (${kind})${after(description)}`);
  const more = next_after === null ? [] : ["There are more: list_tables gives the rest."];
  return [`Dataset ${toItemName(item)} has these tables:`, ...lines, ...more].join("\n");
}

function toTableText(item: WarehouseItem, table: DescribeTableResponse): string {
  const columns = table.schema.map(
    ({ name, type, mode, description }) => `- ${name} ${type} ${mode}${after(description ?? null)}`,
  );
  const rows = table.sample_rows.map((row) => JSON.stringify(row));
  return [
    `${table.kind ?? "TABLE"} \`${toItemName(item)}\`${after(table.description)}`,
    ...(table.error === null ? [] : [table.error]),
    ...(table.row_count === null ? [] : [`Rows: ${table.row_count}`]),
    "Columns:",
    ...columns,
    ...(rows.length === 0 ? [] : ["Some rows:", ...rows]),
    ...(table.truncated ? ["Columns or rows are left out."] : []),
  ].join("\n");
}

function after(description: string | null): string {
  return description === null || description === "" ? "" : `: ${description}`;
}
