import { statSync } from "node:fs";
import { join } from "node:path";
import type { Field } from "../../../warehouse.ts";
import { StatementFailure } from "../failure.ts";
import { quoteName, quoteText } from "../identifier.ts";
import { toField } from "../results/google-field.ts";
import { findTableFile, listFolders, listTableNames, type TableFile, type TableName } from "./table-files.ts";
import { PROJECT_DATASET, TABLES_LIST } from "./virtual-names.ts";
import type { WildcardSource } from "./wildcard-table.ts";

/** What the views are made from. */
export type InformationSource = WildcardSource;

/** A cell as DuckDB reads it: a text, a number, or NULL. */
type SqlCell = string | number | null;

/** A view: its columns with DuckDB's types, as BigQuery documents them, and its rows. */
interface View {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: (source: InformationSource, owner: Owner) => Promise<readonly (readonly SqlCell[])[]>;
}

/** Whose view it is; a project's own has no dataset. */
interface Owner {
  readonly project: string;
  readonly dataset: string | null;
}

/** Tables of one view at most: each is looked at. */
const MAX_TABLES = 5000;

/**
 * A SELECT of the rows of a view.
 * @throws StatementFailure `table_not_found` when there is no such dataset or project
 */
export async function informationRows(
  source: InformationSource,
  view: string,
  name: TableName,
): Promise<string> {
  const { columns, rows } = VIEWS[view] as View;
  const dataset = name.dataset === PROJECT_DATASET ? null : name.dataset;
  checkOwner(source.root, { project: name.project, dataset });
  const found = await rows(source, { project: name.project, dataset });
  const names = Object.keys(columns);
  const list = Object.entries(columns).map(
    ([column, type]) => `CAST(${quoteName(column)} AS ${type}) AS ${quoteName(column)}`,
  );
  const values = found.length > 0 ? found : [names.map(() => null)];
  const text = values.map((row) => `(${row.map(cellText).join(", ")})`).join(", ");
  const none = found.length > 0 ? "" : " WHERE FALSE";
  return `SELECT ${list.join(", ")} FROM (VALUES ${text}) AS rows_(${names.map(quoteName).join(", ")})${none}`;
}

function cellText(cell: SqlCell): string {
  if (cell === null) return "NULL";
  return typeof cell === "number" ? String(cell) : quoteText(cell);
}

function checkOwner(root: string, { project, dataset }: Owner): void {
  const projects = listFolders(root);
  const datasets = projects.includes(project) ? listFolders(join(root, project)) : [];
  if (dataset === null ? projects.includes(project) : datasets.includes(dataset)) return;
  const what = dataset === null ? `Project ${project}` : `Dataset ${project}.${dataset}`;
  const hint =
    datasets.length > 0 ? `Datasets of ${project}: ${datasets.sort().slice(0, 10).join(", ")}.` : "";
  throw new StatementFailure("table_not_found", `${what} was not found. ${hint}`.trim());
}

function filesOf({ root }: InformationSource, { project, dataset }: Owner): TableFile[] {
  const datasets = dataset === null ? listFolders(join(root, project)).sort() : [dataset];
  const names = datasets.flatMap((each) =>
    listTableNames(root, project, each).map((table) => ({ project, dataset: each, table })),
  );
  if (names.length > MAX_TABLES) {
    throw new StatementFailure(
      "query_failed",
      `There are ${names.length} tables, and at most ${MAX_TABLES} can be listed at once. Name a dataset.`,
    );
  }
  return names.flatMap((name) => findTableFile(root, name) ?? []);
}

function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

const SCHEMATA: View = {
  columns: {
    catalog_name: "VARCHAR",
    schema_name: "VARCHAR",
    schema_owner: "VARCHAR",
    creation_time: "TIMESTAMPTZ",
    last_modified_time: "TIMESTAMPTZ",
    location: "VARCHAR",
    ddl: "VARCHAR",
    default_collation_name: "VARCHAR",
    sync_status: "JSON",
  },
  rows: async ({ root }, { project }) =>
    listFolders(join(root, project))
      .sort()
      .map((dataset) => {
        const { birthtimeMs, mtimeMs } = statSync(join(root, project, dataset));
        const times = [timestamp(Math.min(birthtimeMs, mtimeMs)), timestamp(mtimeMs)];
        const ddl = `CREATE SCHEMA \`${project}.${dataset}\`;`;
        return [project, dataset, null, ...times, null, ddl, null, null];
      }),
};

const TABLES: View = {
  columns: {
    table_catalog: "VARCHAR",
    table_schema: "VARCHAR",
    table_name: "VARCHAR",
    table_type: "VARCHAR",
    managed_table_type: "VARCHAR",
    is_insertable_into: "VARCHAR",
    is_fine_grained_mutations_enabled: "VARCHAR",
    is_typed: "VARCHAR",
    is_change_history_enabled: "VARCHAR",
    creation_time: "TIMESTAMPTZ",
    base_table_catalog: "VARCHAR",
    base_table_schema: "VARCHAR",
    base_table_name: "VARCHAR",
    snapshot_time_ms: "TIMESTAMPTZ",
    replica_source_catalog: "VARCHAR",
    replica_source_schema: "VARCHAR",
    replica_source_name: "VARCHAR",
    replication_status: "VARCHAR",
    replication_error: "VARCHAR",
    ddl: "VARCHAR",
    default_collation_name: "VARCHAR",
    upsert_stream_apply_watermark: "TIMESTAMPTZ",
  },
  rows: async (source, owner) =>
    filesOf(source, owner).map(({ project, dataset, table, createdMs }) => {
      const head = [project, dataset, table, "BASE TABLE", "NATIVE", "NO", "NO", "NO", "NO"];
      return [...head, timestamp(createdMs), ...Array<null>(12).fill(null)];
    }),
};

const COLUMNS: View = {
  columns: {
    table_catalog: "VARCHAR",
    table_schema: "VARCHAR",
    table_name: "VARCHAR",
    column_name: "VARCHAR",
    ordinal_position: "BIGINT",
    is_nullable: "VARCHAR",
    data_type: "VARCHAR",
    is_generated: "VARCHAR",
    generation_expression: "VARCHAR",
    is_stored: "VARCHAR",
    is_hidden: "VARCHAR",
    is_updatable: "VARCHAR",
    is_system_defined: "VARCHAR",
    is_partitioning_column: "VARCHAR",
    clustering_ordinal_position: "BIGINT",
    collation_name: "VARCHAR",
    column_default: "VARCHAR",
    rounding_mode: "VARCHAR",
    policy_tags: "VARCHAR[]",
  },
  rows: async (source, owner) => {
    const rows: SqlCell[][] = [];
    for (const file of filesOf(source, owner)) {
      const reader = await source.admin.runAndReadAll(
        `SELECT * FROM ${await prepared(source, file)} LIMIT 0`,
      );
      const types = reader.columnTypes();
      reader.columnNames().forEach((column, i) => {
        const field = toField(column, types[i] ?? reader.columnType(i));
        const head = [file.project, file.dataset, file.table, column, i + 1];
        const rest = [null, null, "NO", null, "NO", "NO", null, null, null, null, null];
        rows.push([...head, field.mode === "REPEATED" ? "NO" : "YES", typeText(field), "NEVER", ...rest]);
      });
    }
    return rows;
  },
};

/** A type as GoogleSQL writes it, such as `ARRAY<STRUCT<sku STRING, qty INT64>>`. */
function typeText({ type, mode, fields = [] }: Field): string {
  const inner =
    type === "STRUCT" ? `STRUCT<${fields.map((each) => `${each.name} ${typeText(each)}`).join(", ")}>` : type;
  return mode === "REPEATED" ? `ARRAY<${inner}>` : inner;
}

const MILLISECONDS = "BIGINT";

const TABLES_LISTED: View = {
  columns: {
    project_id: "VARCHAR",
    dataset_id: "VARCHAR",
    table_id: "VARCHAR",
    creation_time: MILLISECONDS,
    last_modified_time: MILLISECONDS,
    row_count: "BIGINT",
    size_bytes: "BIGINT",
    type: "BIGINT",
  },
  rows: async (source, owner) => {
    const rows: SqlCell[][] = [];
    for (const file of filesOf(source, owner)) {
      const counted = await source.admin.runAndReadAll(
        `SELECT COUNT(*) FROM ${await prepared(source, file)}`,
      );
      const count = Number(counted.getRows()[0]?.[0]);
      const times = [Math.floor(file.createdMs), Math.floor(file.modifiedMs)];
      rows.push([file.project, file.dataset, file.table, ...times, count, file.sizeBytes, 1]);
    }
    return rows;
  },
};

async function prepared(source: InformationSource, file: TableFile): Promise<string> {
  await source.prepareTable(file);
  return [file.project, file.dataset, file.table].map(quoteName).join(".");
}

const VIEWS: Readonly<Record<string, View>> = { SCHEMATA, TABLES, COLUMNS, [TABLES_LIST]: TABLES_LISTED };
