import { type DuckDBConnection, type DuckDBResult, StatementType } from "@duckdb/node-api";
import type { Field } from "../../warehouse.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { EngineAnswer, EngineJob } from "./channel/messages.ts";
import { StatementFailure, StatementRefused, unsupported } from "./failure.ts";
import { type Inspection, inspect, type TableReference } from "./inspect.ts";
import { bindParameters } from "./names/query-parameters.ts";
import { drainResult } from "./results/drain-result.ts";
import { toField } from "./results/google-field.ts";
import { type ResultSink, streamResult } from "./results/result-stream.ts";
import { converterFor, distinctNames } from "./results/values.ts";
import { createTextCache } from "./translation/text-cache.ts";
import { translate } from "./translation/translate.ts";

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
    const names = job.parameters.map(({ name }) => ({ name }));
    const defaults = { project: catalog.defaultProject(), dataset: job.defaultDataset };
    const key = JSON.stringify([job.sql, defaults, names]);
    const known = understood.get(key);
    if (known !== undefined) return known;
    const sql = translateWithin(job.sql, { ...defaults, parameters: names });
    const fresh = { sql, inspection: await inspect(connection, sql) };
    understood.set(key, fresh);
    return fresh;
  }

  async function execute(
    job: QueryJob,
    sink: ResultSink,
    countUntil: number,
  ): Promise<EngineAnswer | string> {
    const forget = await bindParameters(connection, job.parameters);
    try {
      const { sql, inspection } = await understand(job);
      const running = setTimeout(sink.understood, SLOW_MS);
      try {
        return await give(job, sink, { sql, inspection, countUntil });
      } finally {
        clearTimeout(running);
      }
    } finally {
      await forget().catch(() => null);
    }
  }

  async function give(
    job: QueryJob,
    sink: ResultSink,
    { sql, inspection, countUntil }: Understood & { readonly countUntil: number },
  ): Promise<EngineAnswer | string> {
    const bytesProcessed = await prepareTables(catalog, inspection.tables);
    const result = await startStatement(connection, sql);
    try {
      const types = result.columnTypes();
      const names = columnNames(result, inspection);
      const schema = types.map((type, index) => toField(names[index] ?? "", type));
      checkSize(schema);
      return await streamResult(
        { result, schema, converters: types.map(converterFor), bytesProcessed },
        { ...job, countUntil },
        sink,
      );
    } finally {
      await drainResult(connection, result);
    }
  }

  return (job, sink) => execute(job, sink, performance.now() + job.timeoutMs * COUNTING_SHARE);
}

/** The translator names its own bounds in a way that helps nobody. */
function translateWithin(...parameters: Parameters<typeof translate>): string {
  try {
    return translate(...parameters);
  } catch (thrown) {
    if (!(thrown instanceof StatementFailure) || !thrown.message.includes("E_GUARD_")) throw thrown;
    const message =
      "The statement is too long or nested too deeply. Write it shorter, or in steps with WITH.";
    throw new StatementFailure("invalid_query", message);
  }
}

/** Loads each table; the translation names all of them in full. */
async function prepareTables(catalog: Catalog, tables: readonly TableReference[]): Promise<number> {
  const read = new Map<string, number>();
  for (const { project, dataset, table } of tables) {
    if (project === "" || dataset === "") throw unsupported(`A table in this place (${table.slice(0, 100)})`);
    for (const file of await catalog.prepareAll({ project, dataset, table }))
      read.set(file.path, file.sizeBytes);
  }
  return [...read.values()].reduce((sum, size) => sum + size, 0);
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
  // Before it runs: each column takes memory.
  if (prepared.columnCount > MAX_FIELDS) throw tooManyColumns(prepared.columnCount);
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
