import type { BigQuery, Table } from "@google-cloud/bigquery";
import { AppError } from "#shared/errors/app-error.ts";
import type { Field, Row, TableAddress, TableDescription } from "../warehouse.ts";
import { fail, toKind } from "./list-names.ts";
import { parseSchema } from "./parse-schema.ts";
import { countOf, memberOf, textOf } from "./rest-value.ts";
import { toRow } from "./to-cell.ts";
import { unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

/** What is asked for beside the table's own facts. */
interface DescribeOptions {
  readonly signal: AbortSignal;
  readonly sampleRows: number;
  readonly maxCharacters: number;
}

/**
 * Describes a table by its metadata; sample rows are listed, which bills nothing.
 * @throws the signal's reason, AppError `not_found`, `warehouse_unavailable` or `overloaded`
 */
export async function describeBigqueryTable(
  client: BigQuery,
  { project, dataset, table }: TableAddress,
  options: DescribeOptions,
): Promise<TableDescription> {
  const there = client.dataset(dataset, project === null ? {} : { projectId: project }).table(table);
  try {
    const [metadata] = await untilStopped(there.getMetadata(), options.signal);
    const facts: unknown = metadata;
    const schema = schemaOf(facts);
    const kind = toKind(memberOf(facts, "type"));
    // Rows of views and of external tables cannot be listed, only queried, which may cost.
    const isListed = kind === "TABLE" || kind === "SNAPSHOT";
    const sampled = isListed && schema.length > 0 ? options.sampleRows : 0;
    const reference = memberOf(facts, "tableReference");
    const modified = countOf(facts, "lastModifiedTime");
    return {
      project: textOf(reference, "projectId") ?? project ?? client.projectId,
      dataset,
      table,
      kind,
      description: textOf(facts, "description"),
      schema,
      rowCount: countOf(facts, "numRows"),
      sizeBytes: countOf(facts, "numBytes"),
      partitioning: null,
      clustering: [],
      viewSql: textOf(memberOf(facts, "view"), "query"),
      location: textOf(facts, "location"),
      modifiedAt: modified === null ? null : new Date(modified),
      sampleRows: sampled === 0 ? [] : await readSamples(there, schema, { ...options, sampleRows: sampled }),
    };
  } catch (thrown) {
    return fail(thrown, options.signal, noSuchTable(dataset, table));
  }
}

/** A table may have been made without a schema. */
function schemaOf(metadata: unknown): readonly Field[] {
  const schema = memberOf(metadata, "schema");
  try {
    return schema === undefined || memberOf(schema, "fields") === undefined ? [] : parseSchema(schema);
  } catch (cause) {
    throw unavailable(cause);
  }
}

async function readSamples(
  table: Table,
  schema: readonly Field[],
  { signal, sampleRows, maxCharacters }: DescribeOptions,
): Promise<readonly Row[]> {
  const asked = table.getRows({ maxResults: sampleRows, autoPaginate: false, skipParsing: true });
  const [cells] = await untilStopped(asked, signal);
  const listed: readonly unknown[] = cells;
  try {
    let characters = 0;
    return listed
      .slice(0, sampleRows)
      .map((row) => toRow(schema, row))
      .filter((row) => {
        characters += JSON.stringify(row).length + ",".length;
        return characters <= maxCharacters;
      });
  } catch (cause) {
    throw unavailable(cause);
  }
}

function noSuchTable(dataset: string, table: string): AppError {
  return new AppError(
    "not_found",
    `There is no table ${dataset}.${table}, or the server's account may not see it. list_tables names those that there are.`,
  );
}
