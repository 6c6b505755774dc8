import type { TableName } from "#functions/query/warehouse/warehouse.ts";
import { type Catalogue, sameLocation } from "./catalogue.ts";
import { type NamedPath, namedPaths } from "./referenced-names.ts";
import { invalidQuery, RestError } from "./rest-error.ts";
import { SqlTextError } from "./sql-tokens.ts";
import { shapeOf } from "./statement-type.ts";

/** What BigQuery tells of a statement before it runs. */
export interface StatementAnalysis {
  readonly statementType: string;
  /** Tables whose data it reads or changes, those behind views instead of the views. */
  readonly tables: readonly TableName[];
  readonly views: readonly TableName[];
  readonly routines: readonly {
    readonly project: string;
    readonly dataset: string;
    readonly routine: string;
  }[];
  readonly location: string;
  readonly bytes: number;
  /** The statement with the views' own statements in place of their names, for the engine. */
  readonly sql: string;
}

/** How a statement is asked. */
export interface AskedStatement {
  readonly sql: string;
  readonly defaultDataset: { readonly project: string; readonly dataset: string } | null;
  /** As asked for; undefined when BigQuery is to find it. */
  readonly location: string | undefined;
}

const DEEPEST_VIEWS = 16;

/**
 * Imitates what BigQuery finds out about a statement: its type, tables and routines, whether they may be read, and bytes.
 * Bytes are those of whole tables, where BigQuery counts the columns that are named.
 * @throws RestError
 */
export function analyseStatement(catalogue: Catalogue, asked: AskedStatement): StatementAnalysis {
  const { type, statements } = shapeIn(asked.sql);
  const paths = statements.flatMap(namedPaths);
  const named = paths
    .filter(({ kind }) => kind === "table")
    .map((path) => ({ path, name: toTable(catalogue, asked, path) }));
  const location = asked.location ?? locationOf(catalogue, named);
  const isDefinition = /^(CREATE|DROP|ALTER|UNDROP)/.test(type);
  const isScript = type === "SCRIPT";
  const seen = expandViews(catalogue, asked, location, { named, mayMiss: isDefinition || isScript });
  return {
    statementType: type,
    ...seen,
    routines: paths
      .filter(({ kind }) => kind === "routine")
      .map(({ parts }) => toRoutine(catalogue, asked, parts)),
    location,
    bytes: seen.tables.reduce((sum, table) => sum + catalogue.bytesOf(table), 0),
  };
}

interface Named {
  readonly path: NamedPath;
  readonly name: TableName;
}

function expandViews(
  catalogue: Catalogue,
  asked: AskedStatement,
  location: string,
  { named, mayMiss }: { readonly named: readonly Named[]; readonly mayMiss: boolean },
  depth = 0,
): { readonly tables: readonly TableName[]; readonly views: readonly TableName[]; readonly sql: string } {
  if (depth > DEEPEST_VIEWS) throw invalidQuery("Views are nested too deeply.");
  const tables: TableName[] = [];
  const views: TableName[] = [];
  let { sql } = asked;
  for (const { path, name } of named.toSorted((a, b) => b.path.start - a.path.start)) {
    const { view } = catalogue.declared(name);
    if (!mayMiss) catalogue.check(name, location);
    if (view === undefined) tables.push(name);
    else {
      views.push(name);
      const text = { ...asked, sql: view, defaultDataset: null };
      const inner = namedPaths(shapeIn(view).statements.flat()).map((one) => ({
        path: one,
        name: toTable(catalogue, text, one),
      }));
      const behind = expandViews(catalogue, text, location, { named: inner, mayMiss }, depth + 1);
      tables.push(...behind.tables);
      views.push(...behind.views);
      const alias = path.hasAlias ? "" : ` AS \`${name.table}\``;
      sql = `${sql.slice(0, path.start)}(${behind.sql})${alias}${sql.slice(path.end)}`;
    }
  }
  return { tables: distinct(tables).toReversed(), views: distinct(views), sql };
}

function shapeIn(sql: string) {
  try {
    return shapeOf(sql);
  } catch (thrown) {
    if (thrown instanceof SqlTextError) throw invalidQuery(thrown.message);
    throw thrown;
  }
}

/** @throws RestError for a name that lacks its dataset */
function toTable(catalogue: Catalogue, { defaultDataset }: AskedStatement, { parts }: NamedPath): TableName {
  const schema = parts.findIndex((part) => part.toUpperCase() === "INFORMATION_SCHEMA");
  if (schema >= 0) {
    const [project, dataset] = schema >= 2 ? parts : [catalogue.projectId, parts[0]];
    return {
      project: project ?? catalogue.projectId,
      dataset: schema === 0 ? (defaultDataset?.dataset ?? "") : (dataset ?? ""),
      table: parts.slice(schema).join("."),
    };
  }
  const [table = "", dataset, project] = parts.toReversed();
  if (dataset !== undefined)
    return { project: project ?? defaultDataset?.project ?? catalogue.projectId, dataset, table };
  if (defaultDataset !== null) return { ...defaultDataset, table };
  throw invalidQuery(`Table "${table}" must be qualified with a dataset (e.g. dataset.table).`);
}

function toRoutine(catalogue: Catalogue, { defaultDataset }: AskedStatement, parts: readonly string[]) {
  const [routine = "", dataset = defaultDataset?.dataset ?? "", project = catalogue.projectId] =
    parts.toReversed();
  return { project, dataset, routine };
}

/** Where the first dataset lies that is there. @throws RestError when they lie apart */
function locationOf(catalogue: Catalogue, named: readonly Named[]): string {
  const known = named.map(({ name }) => name).filter(({ dataset }) => catalogue.datasets().includes(dataset));
  const [first] = known;
  if (first === undefined) return catalogue.location;
  const location = catalogue.locationOf(first.dataset);
  const other = known.find(({ dataset }) => !sameLocation(catalogue.locationOf(dataset), location));
  if (other !== undefined)
    throw new RestError(
      404,
      "notFound",
      `Not found: Dataset ${other.project}:${other.dataset} was not found in location ${location}`,
    );
  return location;
}

function distinct(tables: readonly TableName[]): readonly TableName[] {
  return [
    ...new Map(tables.map((table) => [`${table.project}.${table.dataset}.${table.table}`, table])).values(),
  ];
}
