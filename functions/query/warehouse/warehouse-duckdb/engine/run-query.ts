import { type DuckDBConnection, type DuckDBResult, StatementType } from "@duckdb/node-api";
import type { Field } from "../../warehouse.ts";
import type { Catalog } from "./catalog.ts";
import { StatementFailure, StatementRefused, unsupported } from "./failure.ts";
import { toField } from "./google-field.ts";
import { quoteName } from "./identifier.ts";
import { type Inspection, inspect, type TableReference } from "./inspect.ts";
import type { EngineAnswer, EngineJob } from "./messages.ts";
import { type ResultSink, streamResult } from "./result-stream.ts";
import { createTextCache } from "./text-cache.ts";
import { translate } from "./translate.ts";
import { converterFor, distinctNames } from "./values.ts";

type QueryJob = Extract<EngineJob, { kind: "query" }>;

/** Runs queries, one at a time, on a connection that may be interrupted at any time. */
export type QueryRunner = (job: QueryJob, sink: ResultSink) => Promise<EngineAnswer | string>;

/** Counting what is not returned stops this share of the time limit before its end. */
const COUNTING_SHARE = 0.8;
/** Columns of a result, with the fields of structs. BigQuery allows more, but an answer has to hold their names. */
const MAX_FIELDS = 1000;
const MAX_SCHEMA_CHARACTERS = 40_000;
/** The server hears of statements that run longer. */
const SLOW_MS = 100;

/** A statement as DuckDB reads it, with what DuckDB's parser saw in it. */
interface Understood {
  readonly sql: string;
  readonly inspection: Inspection;
}

/**
 * The runner throws StatementRefused, StatementFailure, or DuckDB's own error.
 */
export function createQueryRunner(connection: DuckDBConnection, catalog: Catalog): QueryRunner {
  const understood = createTextCache<Understood>();

  async function understand(job: QueryJob): Promise<Understood> {
    if (job.parameters.length > 0) throw unsupported("A query parameter");
    if (job.defaultDataset !== null) throw unsupported("A default dataset");
    const known = understood.get(job.sql);
    if (known !== undefined) return known;
    const sql = translate(job.sql);
    const fresh = { sql, inspection: await inspect(connection, sql) };
    understood.set(job.sql, fresh);
    return fresh;
  }

  return async (job, sink) => {
    const countUntil = performance.now() + job.timeoutMs * COUNTING_SHARE;
    const { sql, inspection } = await understand(job);
    const running = setTimeout(sink.understood, SLOW_MS);
    try {
      return await execute(job, sink, { sql, inspection, countUntil });
    } finally {
      clearTimeout(running);
    }
  };

  async function execute(
    job: QueryJob,
    sink: ResultSink,
    { sql, inspection, countUntil }: Understood & { readonly countUntil: number },
  ): Promise<EngineAnswer | string> {
    const { qualified, bytesProcessed } = await prepareTables(catalog, sql, inspection.tables);
    const result = await startStatement(connection, qualified);
    const types = result.columnTypes();
    const names = columnNames(result, inspection);
    if (names.length > MAX_FIELDS) throw tooManyColumns(names.length);
    const schema = types.map((type, index) => toField(names[index] ?? "", type));
    checkSize(schema);
    return streamResult(
      { result, schema, converters: types.map(converterFor), bytesProcessed },
      { ...job, countUntil },
      sink,
    );
  }
}

/** Loads each table and writes the default project before names that have none. */
async function prepareTables(
  catalog: Catalog,
  sql: string,
  tables: readonly TableReference[],
): Promise<{ readonly qualified: string; readonly bytesProcessed: number }> {
  let bytes = Buffer.from(sql);
  const read = new Map<string, number>();
  const fromTheEnd = [...tables].sort((a, b) => b.location - a.location);
  for (const { project, dataset, table, location } of fromTheEnd) {
    if (dataset === "") {
      throw new StatementFailure(
        "table_not_found",
        `Table ${JSON.stringify(table)} must be qualified with a dataset: write \`project.dataset.${table}\` or \`dataset.${table}\`.`,
      );
    }
    const owner = project || catalog.defaultProject();
    const file = await catalog.prepare({ project: owner, dataset, table });
    read.set(file.path, file.sizeBytes);
    if (project !== "") continue;
    bytes = Buffer.concat([
      bytes.subarray(0, location),
      Buffer.from(`${quoteName(owner)}.`),
      bytes.subarray(location),
    ]);
  }
  const bytesProcessed = [...read.values()].reduce((sum, size) => sum + size, 0);
  return { qualified: bytes.toString(), bytesProcessed };
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

function checkSize(schema: readonly Field[]): void {
  const count = (fields: readonly Field[]): number =>
    fields.reduce((sum, { fields: inner = [] }) => sum + 1 + count(inner), 0);
  const fields = count(schema);
  if (fields > MAX_FIELDS || JSON.stringify(schema).length > MAX_SCHEMA_CHARACTERS)
    throw tooManyColumns(fields);
}

function tooManyColumns(count: number): StatementFailure {
  return new StatementFailure(
    "result_too_large",
    `The result has ${count} columns, and their names and types do not fit into one answer. Select fewer columns.`,
  );
}
