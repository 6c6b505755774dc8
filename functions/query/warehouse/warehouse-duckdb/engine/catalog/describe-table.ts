import { statSync } from "node:fs";
import type { DuckDBConnection, DuckDBResult } from "@duckdb/node-api";
import type { Field } from "../../../warehouse.ts";
import type { EngineAnswer, EngineJob } from "../channel/messages.ts";
import { quoteName } from "../identifier.ts";
import { toField } from "../results/google-field.ts";
import { converterFor } from "../results/values.ts";
import type { Catalog } from "./catalog.ts";
import { loadSchemaFile, type SchemaField } from "./schema-file.ts";
import type { TableFile } from "./table-files.ts";

type DescribeJob = Extract<EngineJob, { kind: "describe" }>;

/** Text files up to this size are counted; a larger one would be read from its beginning to its end. */
const MAX_COUNTED_FILE_BYTES = 256 * 1024 * 1024;

/**
 * Describes a table: columns from its file, descriptions and modes from its schema file.
 * @throws StatementFailure `table_not_found`, `query_failed`; DuckDB's own error
 */
export async function describeTable(
  connection: DuckDBConnection,
  catalog: Catalog,
  job: DescribeJob,
): Promise<EngineAnswer> {
  const { dataset, table } = job.address;
  const file = await catalog.prepare({
    project: job.address.project ?? catalog.defaultProject(),
    dataset,
    table,
  });
  const target = [file.project, dataset, table].map(quoteName).join(".");
  const result = await connection.stream(`SELECT * FROM ${target} LIMIT ${Math.max(0, job.sampleRows)}`);
  const types = result.columnTypes();
  const schema = withSchemaFile(
    result.columnNames().map((name, index) => toField(name, types[index] ?? result.columnType(index))),
    loadSchemaFile(file.schemaPath),
  );
  const sampleRows = await readSamples(result, schema, job.maxCharacters - JSON.stringify(schema).length);
  return {
    kind: "described",
    table: {
      project: file.project,
      dataset,
      table,
      kind: "TABLE",
      description: null,
      schema,
      rowCount: await countRows(connection, target, file),
      sizeBytes: file.sizeBytes,
      partitioning: null,
      clustering: [],
      viewSql: null,
      location: null,
      modifiedAt: statSync(file.path).mtime.toISOString(),
      sampleRows,
    },
  };
}

async function countRows(
  connection: DuckDBConnection,
  target: string,
  file: TableFile,
): Promise<number | null> {
  if (file.format !== "parquet" && file.sizeBytes > MAX_COUNTED_FILE_BYTES) return null;
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM ${target}`);
  return Number(reader.getRows()[0]?.[0]);
}

/** Rows are left out from the first that does not fit. */
async function readSamples(
  result: DuckDBResult,
  schema: readonly Field[],
  budget: number,
): Promise<Record<string, never>[]> {
  const converters = result.columnTypes().map(converterFor);
  const rows: Record<string, never>[] = [];
  let characters = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return rows;
    for (let index = 0; index < chunk.rowCount; index += 1) {
      const cells = schema.map(({ name }, column) => [
        name,
        converters[column]?.(chunk.getColumnVector(column).getItem(index)) ?? null,
      ]);
      const row = Object.fromEntries(cells);
      characters += JSON.stringify(row).length + 1;
      if (characters > budget) return rows;
      rows.push(row);
    }
  }
}

/** Adds what only the schema file knows. */
function withSchemaFile(fields: readonly Field[], known: readonly SchemaField[] | null | undefined): Field[] {
  return fields.map((field) => {
    const own = known?.find(({ name }) => name.toLowerCase() === field.name.toLowerCase());
    if (own === undefined) return field;
    const isRequired = own.mode?.toUpperCase() === "REQUIRED" && field.mode === "NULLABLE";
    return {
      ...field,
      ...(isRequired ? { mode: "REQUIRED" as const } : {}),
      ...(typeof own.description === "string" ? { description: own.description } : {}),
      ...(field.fields === undefined ? {} : { fields: withSchemaFile(field.fields, own.fields) }),
    };
  });
}
