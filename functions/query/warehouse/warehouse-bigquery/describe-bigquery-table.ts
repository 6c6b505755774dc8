import type { Table } from "@google-cloud/bigquery";
import { AppError } from "#shared/errors/app-error.ts";
import type { Field, Row, TableAddress, TableDescription } from "../warehouse.ts";
import { type AllowedDatasets, datasetNotAllowed } from "./gates/allowed-datasets.ts";
import { namesOfStatement } from "./gates/names-of-statement.ts";
import type { NamePath } from "./gates/read-path.ts";
import { fail, toKind } from "./list-names.ts";
import { parseSchema } from "./parse-schema.ts";
import { countOf, memberOf, textOf } from "./rest-value.ts";
import type { StatementContext } from "./statement-context.ts";
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
  { client, allowed }: Pick<StatementContext, "client" | "allowed">,
  { project, dataset, table }: TableAddress,
  options: DescribeOptions,
): Promise<TableDescription> {
  if (!allowed.allows(project, dataset)) throw datasetNotAllowed(`${dataset}.${table}`);
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
      partitioning: partitioningOf(facts),
      clustering: clusteringOf(facts),
      viewSql: viewSqlOf(facts, allowed),
      location: textOf(facts, "location"),
      modifiedAt: modified === null ? null : new Date(modified),
      sampleRows: sampled === 0 ? [] : await readSamples(there, schema, { ...options, sampleRows: sampled }),
    };
  } catch (thrown) {
    return fail(thrown, options.signal, noSuchTable(dataset, table));
  }
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TimePartitioning */
function partitioningOf(facts: unknown): string | null {
  const [time, range] = [memberOf(facts, "timePartitioning"), memberOf(facts, "rangePartitioning")];
  const isFiltered =
    memberOf(facts, "requirePartitionFilter") === true || memberOf(time, "requirePartitionFilter") === true;
  const filter = isFiltered ? ", a filter on it is required" : "";
  if (time !== undefined) {
    return `${textOf(time, "type") ?? "DAY"} on ${textOf(time, "field") ?? "_PARTITIONTIME"}${filter}`;
  }
  if (range === undefined) return null;
  const bounds = memberOf(range, "range");
  const [start, end, step] = ["start", "end", "interval"].map((key) => textOf(bounds, key) ?? "?");
  return `RANGE on ${textOf(range, "field") ?? "?"} from ${start} to ${end} by ${step}${filter}`;
}

function clusteringOf(facts: unknown): readonly string[] {
  const fields = memberOf(memberOf(facts, "clustering"), "fields");
  return Array.isArray(fields) ? fields.filter((field) => typeof field === "string") : [];
}

/** SQL that names datasets which are not open stays hidden. */
function viewSqlOf(facts: unknown, allowed: AllowedDatasets): string | null {
  const sql = textOf(memberOf(facts, "view") ?? memberOf(facts, "materializedView"), "query");
  if (sql === null || allowed.names === null) return sql;
  const { tables, unsure } = namesOfStatement(sql);
  const isOpen = ([first = "", second, third]: NamePath): boolean =>
    third === undefined
      ? second === undefined || allowed.allows(null, first)
      : allowed.allows(first, second ?? "");
  return [...tables, ...unsure].every(isOpen) ? sql : null;
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
