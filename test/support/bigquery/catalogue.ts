import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TableName } from "#functions/query/warehouse/warehouse.ts";
import { notFound, RestError } from "./rest-error.ts";

/** What BigQuery would know of a table beside its rows. */
export interface DeclaredTable {
  /** Makes it a view. */
  readonly view?: string;
  /** Bytes that a statement over it reads, instead of its file's. */
  readonly numBytes?: number;
  /** The server's account may not see it. */
  readonly isHidden?: boolean;
  /** More members of its resource: `timePartitioning`, `clustering`, `description`, `type`, … */
  readonly resource?: Readonly<Record<string, unknown>>;
}

/** What is declared of a project; tables without a declaration are the files of the folder. */
export interface Declarations {
  /** By `dataset.table`. */
  readonly tables?: Readonly<Record<string, DeclaredTable>>;
  /** Where datasets lie; those that are not named lie in `location`. */
  readonly locations?: Readonly<Record<string, string>>;
  /** Members of routines' resources by `dataset.routine`, such as `remoteFunctionOptions`. */
  readonly routines?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The tables of the one project that the imitation has. */
export interface Catalogue {
  readonly projectId: string;
  readonly location: string;
  datasets(): readonly string[];
  tables(dataset: string): readonly string[];
  locationOf(dataset: string): string;
  declared(table: TableName): DeclaredTable;
  routine(dataset: string, name: string): Readonly<Record<string, unknown>> | undefined;
  /** Bytes of a table, or of all that a wildcard stands for. */
  bytesOf(table: TableName): number;
  /** @throws RestError 404 or 403, in BigQuery's words */
  check(table: TableName, location: string): void;
}

/** @param folder holds `<project>/<dataset>/<table>.<ending>`, as the embedded warehouse reads it */
export function createCatalogue(
  folder: string,
  projectId: string,
  location: string,
  { tables = {}, locations = {}, routines = {} }: Declarations,
): Catalogue {
  const declaredIn = (dataset: string): readonly string[] =>
    Object.keys(tables).flatMap((key) =>
      key.startsWith(`${dataset}.`) ? [key.slice(dataset.length + 1)] : [],
    );
  const filesIn = (dataset: string): readonly string[] =>
    entries(join(folder, projectId, dataset)).filter(isTable);
  const catalogue: Catalogue = {
    projectId,
    location,
    datasets: () => [
      ...new Set([
        ...entries(join(folder, projectId)),
        ...Object.keys(tables).map((key) => key.split(".")[0] ?? ""),
      ]),
    ],
    tables: (dataset) => [...new Set([...filesIn(dataset).map(stem), ...declaredIn(dataset)])],
    locationOf: (dataset) => locations[dataset] ?? location,
    declared: ({ dataset, table }) => tables[`${dataset}.${table}`] ?? {},
    routine: (dataset, name) => routines[`${dataset}.${name}`],
    bytesOf({ dataset, table }) {
      const prefix = table.endsWith("*") ? table.slice(0, -1) : null;
      const isMeant = (name: string): boolean => (prefix === null ? name === table : name.startsWith(prefix));
      const sizes = catalogue
        .tables(dataset)
        .filter(isMeant)
        .map((name) => {
          const file = filesIn(dataset).find((entry) => stem(entry) === name);
          const size = file === undefined ? 0 : statSync(join(folder, projectId, dataset, file)).size;
          return tables[`${dataset}.${name}`]?.numBytes ?? size;
        });
      return sizes.reduce((sum, size) => sum + size, 0);
    },
    check: (table, where) => checkTable(catalogue, table, where),
  };
  return catalogue;
}

function checkTable(catalogue: Catalogue, { project, dataset, table }: TableName, where: string): void {
  const full = `${project}:${dataset}.${table}`;
  if (project !== catalogue.projectId || catalogue.declared({ project, dataset, table }).isHidden) {
    const message = `Access Denied: Table ${full}: User does not have permission to query table ${full}, or perhaps it does not exist.`;
    throw new RestError(403, "accessDenied", message);
  }
  if (table.startsWith("INFORMATION_SCHEMA.")) return;
  const isHere = catalogue.datasets().includes(dataset) && sameLocation(catalogue.locationOf(dataset), where);
  if (!isHere) throw notFound(`Dataset ${project}:${dataset} was not found in location ${where}`);
  const names = catalogue.tables(dataset);
  const isThere = table.endsWith("*")
    ? names.some((name) => name.startsWith(table.slice(0, -1)))
    : names.includes(table);
  if (isThere) return;
  if (table.endsWith("*"))
    throw new RestError(400, "invalidQuery", `${project}:${dataset}.${table} does not match any table.`);
  throw notFound(`Table ${full} was not found in location ${where}`);
}

/** BigQuery's locations are told apart without regard to case. */
export function sameLocation(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const stem = (file: string): string => file.replace(/\.[^.]*$/, "");
const isTable = (file: string): boolean =>
  /\.(csv|parquet|json|jsonl)$/.test(file) && !file.endsWith(".schema.json");
