import type { DuckDBConnection } from "@duckdb/node-api";
import { StatementFailure, toFailure, unsupported } from "../failure.ts";
import { quoteName, quoteText } from "../identifier.ts";
import { countCsvColumns, csvFault } from "./csv-form.ts";
import { loadSchemaFile, type SchemaField, toDuckdbType } from "./schema-file.ts";
import { findTableFile, listFolders, listTableNames, type TableFile, type TableName } from "./table-files.ts";
import { createVirtualTables } from "./virtual-tables.ts";

/** Makes files of the warehouse folder tables of the engine. */
export interface Catalog {
  /** The project of a name that has none: the configured one, else the only folder, else `demo`. */
  defaultProject(): string;
  /**
   * Makes sure that the engine's table is what the file holds now.
   * @returns the file
   * @throws StatementFailure `table_not_found` or, for a file that cannot be read, `query_failed`
   */
  prepare(name: TableName): Promise<TableFile>;
  /**
   * The same for a name that may also be a wildcard table or a view of INFORMATION_SCHEMA.
   * @returns the files that are read
   */
  prepareAll(name: TableName): Promise<readonly TableFile[]>;
}

/** Files up to this size are copied into memory; larger ones are read by each statement. */
const MAX_LOADED_FILE_BYTES = 64 * 1024 * 1024;
/** DuckDB takes 256 KiB for each column of a table at least. */
const MAX_LOADED_COLUMNS = 200;

/** @param memoryBytes how much all copied files may take together, counted as their size on disk */
export function createCatalog(options: {
  readonly admin: DuckDBConnection;
  readonly root: string;
  readonly project: string | null;
  readonly memoryBytes: number;
}): Catalog {
  const { admin, root } = options;
  const known = new Map<string, { readonly version: string; readonly loadedBytes: number }>();
  const schemas = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  async function ensureSchema(name: TableName): Promise<void> {
    const key = `${name.project}.${name.dataset}`.toLowerCase();
    if (schemas.has(key)) return;
    await admin.run(`ATTACH IF NOT EXISTS ':memory:' AS ${quoteName(name.project)}`);
    await admin.run(`CREATE SCHEMA IF NOT EXISTS ${quoteName(name.project)}.${quoteName(name.dataset)}`);
    schemas.add(key);
  }

  async function drop(target: string): Promise<void> {
    // DuckDB refuses to drop one kind under the name of the other, even with IF EXISTS.
    for (const kind of ["TABLE", "VIEW"])
      await admin.run(`DROP ${kind} IF EXISTS ${target}`).catch(() => null);
  }

  async function load(file: TableFile, key: string): Promise<void> {
    const target = [file.project, file.dataset, file.table].map(quoteName).join(".");
    const loaded = [...known.values()].reduce((sum, entry) => sum + entry.loadedBytes, 0);
    const columns = file.format === "csv" ? countCsvColumns(file.path) : 0;
    const isSmall = file.sizeBytes <= MAX_LOADED_FILE_BYTES && columns <= MAX_LOADED_COLUMNS;
    const copied = file.format !== "parquet" && isSmall;
    checkCase(root, file);
    const fits = copied && loaded + file.sizeBytes <= options.memoryBytes;
    await ensureSchema(file);
    await drop(target);
    known.delete(key);
    await admin.run(`CREATE ${fits ? "TABLE" : "VIEW"} ${target} AS ${selectFrom(file)}`);
    known.set(key, { version: file.version, loadedBytes: fits ? file.sizeBytes : 0 });
  }

  async function prepare(name: TableName): Promise<TableFile> {
    const key = [name.project, name.dataset, name.table].join(".").toLowerCase();
    const file = findTableFile(root, name);
    if (file === null) {
      if (known.delete(key)) await drop([name.project, name.dataset, name.table].map(quoteName).join("."));
      throw tableNotFound(root, name);
    }
    if (known.get(key)?.version === file.version) return file;
    try {
      await load(file, key);
      return file;
    } catch (thrown) {
      throw unreadable(name, thrown);
    }
  }

  /** One table at a time: two statements must not load the same file at once. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = turn.then(work);
    turn = mine.catch(() => null);
    return mine;
  }

  const virtual = createVirtualTables({ admin, root, prepareTable: prepare, ensureSchema });

  return {
    defaultProject() {
      if (options.project !== null) return options.project;
      const folders = listFolders(root);
      return folders.length === 1 && folders[0] !== undefined ? folders[0] : "demo";
    },
    prepare: (name) => inTurn(() => prepare(name)),
    prepareAll: (name) =>
      inTurn(async () => (virtual.has(name) ? virtual.prepare(name) : [await prepare(name)])),
  };
}

/** Names of tables count their case in GoogleSQL and not in DuckDB: two such tables would be one. */
function checkCase(root: string, { project, dataset, table }: TableFile): void {
  const isTwin = (other: string) => (name: string) =>
    name !== other && name.toLowerCase() === other.toLowerCase();
  const twin =
    listTableNames(root, project, dataset).some(isTwin(table)) ||
    listFolders(`${root}/${project}`).some(isTwin(dataset)) ||
    listFolders(root).some(isTwin(project));
  if (twin)
    throw unsupported(
      `Table ${project}.${dataset}.${table}, beside another whose name differs in case only,`,
    );
}

function selectFrom(file: TableFile): string {
  const path = quoteText(file.path);
  const fields = loadSchemaFile(file.schemaPath);
  if (file.format === "parquet") return `SELECT ${parquetColumns(fields)} FROM read_parquet(${path})`;
  const columns = fields
    ? `, columns={${fields.map((field) => `${quoteText(field.name)}: ${quoteText(toDuckdbType(field))}`).join(", ")}}`
    : ", sample_size=-1";
  if (file.format === "csv") {
    // The form is fixed (RFC 4180, with a header): a broken file must fail and not be read in another way.
    const form = "header=true, delim=',', quote='\"', escape='\"', skip=0, strict_mode=true";
    return `SELECT * FROM read_csv(${path}${columns}, auto_detect=${fields === null}, ${form})`;
  }
  const format = file.format === "jsonl" ? "newline_delimited" : "auto";
  return `SELECT * FROM read_json(${path}${columns}, format='${format}')`;
}

function parquetColumns(fields: readonly SchemaField[] | null): string {
  if (fields === null) return "*";
  const column = (field: SchemaField) =>
    `CAST(${quoteName(field.name)} AS ${toDuckdbType(field)}) AS ${quoteName(field.name)}`;
  return fields.map(column).join(", ");
}

function unreadable(name: TableName, thrown: unknown): StatementFailure {
  const failure = toFailure(thrown);
  if (failure.code === "query_out_of_memory" || failure.code === "unsupported_sql") return failure;
  const table = `${name.project}.${name.dataset}.${name.table}`;
  const fault = thrown instanceof Error ? csvFault(thrown.message) : null;
  return new StatementFailure(
    "query_failed",
    `Table ${table} could not be read: ${fault ?? failure.message}`,
  );
}

function tableNotFound(root: string, name: TableName): StatementFailure {
  const full = `${name.project}.${name.dataset}.${name.table}`;
  const tables = listTableNames(root, name.project, name.dataset);
  if (tables.length > 0) {
    const near = nearest(name.table, tables).join(", ");
    const more = tables.length > SHOWN_NAMES ? `${near} and ${tables.length - SHOWN_NAMES} more` : near;
    const hint = `Tables of ${name.project}.${name.dataset}: ${more}.`;
    return new StatementFailure("table_not_found", `Table ${full} was not found. ${hint}`);
  }
  const datasets = listFolders(`${root}/${name.project}`);
  const hint =
    datasets.length > 0
      ? `Datasets of ${name.project}: ${nearest(name.dataset, datasets).join(", ")}.`
      : `Projects: ${nearest(name.project, listFolders(root)).join(", ") || "none"}.`;
  return new StatementFailure("table_not_found", `Table ${full} was not found. ${hint}`);
}

const SHOWN_NAMES = 10;

/** The names that share most with the wanted one, nearest first. */
function nearest(wanted: string, names: readonly string[]): string[] {
  const pairs = (text: string) =>
    new Set([...text.toLowerCase()].map((_, i, all) => all.slice(i, i + 2).join("")));
  const mine = pairs(wanted);
  const score = (name: string) =>
    [...pairs(name)].filter((pair) => mine.has(pair)).length / (name.length + 1);
  return [...names].sort((a, b) => score(b) - score(a) || a.localeCompare(b)).slice(0, SHOWN_NAMES);
}
