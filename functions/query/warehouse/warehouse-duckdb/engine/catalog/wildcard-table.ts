import type { DuckDBConnection } from "@duckdb/node-api";
import { StatementFailure, unsupported } from "../failure.ts";
import { quoteName, quoteText } from "../identifier.ts";
import { findTableFile, listTableNames, type TableFile, type TableName } from "./table-files.ts";
import { wildcardOf } from "./virtual-names.ts";

/** What a wildcard table is made from. */
export interface WildcardSource {
  readonly admin: DuckDBConnection;
  readonly root: string;
  /** Makes a file a table of the engine. */
  readonly prepareTable: (name: TableName) => Promise<unknown>;
}

/** As many as BigQuery reads in one statement. */
const MAX_TABLES = 1000;

/** Columns of one table by their name in small letters. */
type Columns = ReadonlyMap<string, { readonly name: string; readonly type: string }>;

/**
 * The union of the tables whose names begin alike. Its columns are those of the table that was written last, as in BigQuery ("uses
 * the schema for the most recently created table that matches the wildcard"); a table that lacks one gives NULL.
 * @throws StatementFailure `table_not_found` when no table matches, `unsupported_sql` when a column's types differ
 */
export async function wildcardSelect(
  source: WildcardSource,
  name: TableName,
): Promise<{ readonly select: string; readonly version: string; readonly files: readonly TableFile[] }> {
  const { prefix, withSuffix } = wildcardOf(name.table);
  const files = matchingFiles(source.root, name, prefix);
  for (const file of files) await source.prepareTable(file);
  const columns = await readColumns(source.admin, name);
  const newest = files.reduce((best, file) => (file.modifiedMs >= best.modifiedMs ? file : best));
  const wanted = commonTypes(files, columns, columns.get(newest.table) ?? new Map());
  const parts = files.map((file) => {
    const own = columns.get(file.table);
    const list = wanted.map(({ key, name: column, type }) =>
      own?.has(key)
        ? `CAST(${quoteName(own.get(key)?.name ?? column)} AS ${type}) AS ${quoteName(column)}`
        : `CAST(NULL AS ${type}) AS ${quoteName(column)}`,
    );
    if (withSuffix) list.push(`${quoteText(file.table.slice(prefix.length))} AS "_TABLE_SUFFIX"`);
    return `SELECT ${list.join(", ")} FROM ${[file.project, file.dataset, file.table].map(quoteName).join(".")}`;
  });
  const version = files.map((file) => `${file.table}:${file.version}`).join(" ");
  return { select: balanced(parts), version, files };
}

/** Nested evenly: a thousand tables one within another would be too deep. */
function balanced(parts: readonly string[]): string {
  if (parts.length <= 2) return parts.join(" UNION ALL ");
  const half = Math.ceil(parts.length / 2);
  return `(${balanced(parts.slice(0, half))}) UNION ALL (${balanced(parts.slice(half))})`;
}

function matchingFiles(root: string, name: TableName, prefix: string): TableFile[] {
  const names = listTableNames(root, name.project, name.dataset).filter((table) => table.startsWith(prefix));
  const shown = `${name.project}.${name.dataset}.${prefix}*`;
  if (names.length > MAX_TABLES) {
    throw new StatementFailure(
      "query_failed",
      `${shown} matches ${names.length} tables, and at most ${MAX_TABLES} can be read at once. Make the part before the * longer.`,
    );
  }
  const files = names.flatMap((table) => findTableFile(root, { ...name, table }) ?? []);
  if (files.length > 0) return files;
  throw new StatementFailure("table_not_found", `${shown} does not match any table.`);
}

async function readColumns(admin: DuckDBConnection, name: TableName): Promise<Map<string, Columns>> {
  const reader = await admin.runAndReadAll(
    `SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = ${quoteText(name.project)} AND schema_name = ${quoteText(name.dataset)} ORDER BY table_name, column_index`,
  );
  const tables = new Map<string, Map<string, { name: string; type: string }>>();
  for (const row of reader.getRows()) {
    const [table, column, type] = row.map(String) as [string, string, string];
    const columns = tables.get(table) ?? new Map<string, { name: string; type: string }>();
    columns.set(column.toLowerCase(), { name: column, type });
    tables.set(table, columns);
  }
  return tables;
}

interface WantedColumn {
  readonly key: string;
  readonly name: string;
  readonly type: string;
}

/** Types must agree; only whole numbers beside others widen, because a file without a schema has them by chance. */
function commonTypes(
  files: readonly TableFile[],
  columns: ReadonlyMap<string, Columns>,
  newest: Columns,
): WantedColumn[] {
  return [...newest].map(([key, { name, type }]) => {
    const types = new Set(files.flatMap((file) => columns.get(file.table)?.get(key)?.type ?? []));
    if (types.size <= 1) return { key, name, type };
    if ([...types].every((each) => each === "BIGINT" || each === "DOUBLE"))
      return { key, name, type: "DOUBLE" };
    throw unsupported(`A wildcard table in which the column ${name} has different types`);
  });
}
