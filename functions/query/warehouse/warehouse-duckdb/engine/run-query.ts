import type { DuckDBConnection } from "@duckdb/node-api";
import type { TableName } from "../../warehouse.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { EngineAnswer, EngineJob, StatementJob } from "./channel/messages.ts";
import { StatementFailure, unsupported } from "./failure.ts";
import { type Inspection, inspect, type TableReference } from "./inspect.ts";
import { bindParameters } from "./names/query-parameters.ts";
import { prepareStatement, toResultSchema } from "./prepare-statement.ts";
import { drainResult } from "./results/drain-result.ts";
import { type ResultSink, streamResult } from "./results/result-stream.ts";
import { converterFor } from "./results/values.ts";
import { createTextCache } from "./translation/text-cache.ts";
import { translate } from "./translation/translate.ts";

type QueryJob = Extract<EngineJob, { kind: "query" }>;

/**
 * Does statements, one at a time, on a connection that may be interrupted at any time. Both throw StatementRefused,
 * StatementFailure, or DuckDB's own error.
 */
export interface QueryRunner {
  run(job: QueryJob, sink: ResultSink): Promise<EngineAnswer | string>;
  /** Reads a statement with its tables, and runs nothing. */
  dryRun(job: StatementJob, sink: ResultSink): Promise<EngineAnswer>;
}

/** Counting what is not returned stops this share of the time limit before its end. */
const COUNTING_SHARE = 0.8;
/** The server hears of statements that run longer. */
const SLOW_MS = 100;

/** A statement as DuckDB reads it, with what DuckDB's parser saw in it. */
interface Understood {
  readonly sql: string;
  readonly inspection: Inspection;
}

/** Builds the runner of one engine; it remembers what texts were translated to. */
export function createQueryRunner(connection: DuckDBConnection, catalog: Catalog): QueryRunner {
  const understood = createTextCache<Understood>();

  async function understand(job: StatementJob): Promise<Understood> {
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

  async function during<Answer>(
    job: StatementJob,
    sink: ResultSink,
    work: (statement: Understood) => Promise<Answer>,
  ): Promise<Answer> {
    const forget = await bindParameters(connection, job.parameters);
    try {
      const statement = await understand(job);
      const running = setTimeout(sink.understood, SLOW_MS);
      try {
        return await work(statement);
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
    const result = await (await prepareStatement(connection, sql)).stream();
    try {
      const types = result.columnTypes();
      const schema = toResultSchema(result.columnNames(), types, inspection);
      return await streamResult(
        { result, schema, converters: types.map(converterFor), bytesProcessed },
        { ...job, countUntil },
        sink,
      );
    } finally {
      await drainResult(connection, result);
    }
  }

  async function describe({ sql, inspection }: Understood): Promise<EngineAnswer> {
    const bytesProcessed = await prepareTables(catalog, inspection.tables);
    const prepared = await prepareStatement(connection, sql);
    const columns = Array.from({ length: prepared.columnCount }, (_, index) => index);
    const names = columns.map((index) => prepared.columnName(index));
    const types = columns.map((index) => prepared.columnType(index));
    return {
      kind: "dry-run",
      tables: distinctTables(inspection.tables),
      bytesProcessed,
      schema: toResultSchema(names, types, inspection),
    };
  }

  return {
    run(job, sink) {
      const countUntil = performance.now() + job.timeoutMs * COUNTING_SHARE;
      return during(job, sink, (statement) => give(job, sink, { ...statement, countUntil }));
    },
    dryRun: (job, sink) => during(job, sink, describe),
  };
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

/** Each table once, in the order in which the statement names them. */
function distinctTables(tables: readonly TableReference[]): TableName[] {
  const distinct = new Map<string, TableName>();
  for (const { project, dataset, table } of tables)
    distinct.set(JSON.stringify([project, dataset, table]), { project, dataset, table });
  return [...distinct.values()];
}
