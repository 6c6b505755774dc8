import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBResult,
  StatementType,
} from "@duckdb/node-api";
import type { Cell, QueryOutcome } from "../../warehouse.ts";
import type { Catalog } from "./catalog.ts";
import { StatementFailure, StatementRefused } from "./failure.ts";
import { quoteName } from "./identifier.ts";
import { type Inspection, inspect, type TableReference } from "./inspect.ts";
import { translate } from "./translate.ts";
import { type Converter, converterFor, distinctNames } from "./values.ts";

/** What one statement may give back, and when counting rows stops. */
export interface QueryLimits {
  readonly maxRows: number;
  readonly maxCharacters: number;
  /** Milliseconds from the start. */
  readonly timeoutMs: number;
}

/** Counting what is not returned stops this share of the time limit before its end. */
const COUNTING_SHARE = 0.8;

/**
 * Runs one GoogleSQL query on a connection of its own, which may be interrupted at any time.
 * @throws StatementRefused, StatementFailure, or DuckDB's own error
 */
export async function runQuery(
  connection: DuckDBConnection,
  catalog: Catalog,
  sql: string,
  limits: QueryLimits,
): Promise<QueryOutcome> {
  const countUntil = performance.now() + limits.timeoutMs * COUNTING_SHARE;
  const translated = translate(sql);
  const inspection = await inspect(connection, translated);
  const qualified = await prepareTables(catalog, translated, inspection.tables);
  const result = await startStatement(connection, qualified);
  return collect(result, columnNames(result, inspection), limits, countUntil);
}

/** Loads each table and writes the default project before names that have none. */
async function prepareTables(
  catalog: Catalog,
  sql: string,
  tables: readonly TableReference[],
): Promise<string> {
  let bytes = Buffer.from(sql);
  const fromTheEnd = [...tables].sort((a, b) => b.location - a.location);
  for (const { project, dataset, table, location } of fromTheEnd) {
    if (dataset === "") {
      throw new StatementFailure(
        "table_not_found",
        `Table ${JSON.stringify(table)} must be qualified with a dataset: write \`project.dataset.${table}\` or \`dataset.${table}\`.`,
      );
    }
    const owner = project || catalog.defaultProject();
    await catalog.prepare({ project: owner, dataset, table });
    if (project !== "") continue;
    bytes = Buffer.concat([
      bytes.subarray(0, location),
      Buffer.from(`${quoteName(owner)}.`),
      bytes.subarray(location),
    ]);
  }
  return bytes.toString();
}

async function startStatement(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw new StatementRefused("multiple_statements", "Send one statement only.");
  const prepared = await statements.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new StatementRefused(
      "write_not_allowed",
      "Only SELECT statements are allowed: this one does something else.",
    );
  }
  return prepared.stream();
}

/** Columns without a name are f0_, f1_, … as in BigQuery; equal names are kept apart. */
function columnNames(result: DuckDBResult, { outputs }: Inspection): string[] {
  const names = result.columnNames();
  const firstStar = outputs.indexOf("*");
  const lastStar = outputs.lastIndexOf("*");
  const fromEnd = outputs.length - lastStar;
  let unnamed = 0;
  const own = names.map((name, i) => {
    const isAfterStar = names.length - i < fromEnd;
    if (firstStar >= 0 && i >= firstStar && !isAfterStar) return name;
    const index = isAfterStar ? outputs.length - (names.length - i) : i;
    if (outputs[index] !== null) return name;
    unnamed += 1;
    return `f${unnamed - 1}_`;
  });
  return distinctNames(own);
}

async function collect(
  result: DuckDBResult,
  names: readonly string[],
  limits: QueryLimits,
  countUntil: number,
): Promise<QueryOutcome> {
  const page = createPage(names, result.columnTypes().map(converterFor), limits);
  let total = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    total += chunk.rowCount;
    if (!page.isFull()) page.add(chunk);
    else if (performance.now() > countUntil)
      return { kind: "rows", rows: page.rows, totalRows: null, truncated: true };
  }
  return { kind: "rows", rows: page.rows, totalRows: total, truncated: total > page.rows.length };
}

/** The rows that are given back: at most `maxRows`, together below `maxCharacters` of JSON. */
function createPage(names: readonly string[], converters: readonly Converter[], limits: QueryLimits) {
  const rows: Record<string, Cell>[] = [];
  let characters = 0;
  let full = false;
  return {
    rows,
    isFull: () => full,
    add(chunk: DuckDBDataChunk): void {
      const columns = chunk.getColumns();
      for (let r = 0; r < chunk.rowCount && !full; r += 1) {
        const row: Record<string, Cell> = Object.fromEntries(
          names.map((name, c) => [name, converters[c]?.(columns[c]?.[r] ?? null) ?? null]),
        );
        characters += JSON.stringify(row).length + 1;
        full = rows.length >= limits.maxRows || characters > limits.maxCharacters;
        if (!full) rows.push(row);
      }
    },
  };
}
