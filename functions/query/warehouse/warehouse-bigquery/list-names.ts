import type { BigQuery } from "@google-cloud/bigquery";
import { AppError } from "#shared/errors/app-error.ts";
import type { DatasetSummary, Listing, ListOptions, TableSummary } from "../warehouse.ts";
import { memberOf, textOf } from "./rest-value.ts";
import { toFailure, unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

const NAMES_PER_CALL = 1000;
/** Bounds one list: what lies beyond so many calls is not listed. */
const MOST_CALLS = 50;

/** One answer of a list, and how to ask for the next. */
type NamesCall<Query> = (
  query: Query,
) => Promise<readonly [readonly { readonly metadata: unknown }[], Query | null]>;

/** Lists the datasets of the client's project. @throws the signal's reason, AppError */
export async function listDatasets(client: BigQuery, options: ListOptions): Promise<Listing<DatasetSummary>> {
  const call: NamesCall<object> = async (query) => {
    const [datasets, next] = await client.getDatasets({ ...query, autoPaginate: false });
    return [datasets, next ?? null];
  };
  const found = await listAll(call, options.signal).catch((thrown: unknown) => fail(thrown, options.signal));
  const datasets = found.flatMap((metadata) => {
    const reference = memberOf(metadata, "datasetReference");
    const [project, dataset] = [textOf(reference, "projectId"), textOf(reference, "datasetId")];
    if (project === null || dataset === null) return [];
    const description = textOf(metadata, "friendlyName");
    return [{ project, dataset, description, location: textOf(metadata, "location") }];
  });
  return toListing(datasets, ({ project, dataset }) => `${project}.${dataset}`, options);
}

/** Lists the tables of a dataset. @throws the signal's reason, AppError */
export async function listTables(
  client: BigQuery,
  { project, dataset }: { readonly project: string | null; readonly dataset: string },
  options: ListOptions,
): Promise<Listing<TableSummary>> {
  const there = client.dataset(dataset, project === null ? {} : { projectId: project });
  const call: NamesCall<object> = async (query) => {
    const [tables, next] = await there.getTables({ ...query, autoPaginate: false });
    return [tables, next ?? null];
  };
  const found = await listAll(call, options.signal).catch((thrown: unknown) =>
    fail(thrown, options.signal, noSuchDataset(dataset)),
  );
  const tables = found.flatMap((metadata) => {
    const table = textOf(memberOf(metadata, "tableReference"), "tableId");
    if (table === null) return [];
    const description = textOf(metadata, "friendlyName");
    return [{ table, kind: toKind(memberOf(metadata, "type")), description }];
  });
  return toListing(tables, ({ table }) => table, options);
}

/** What BigQuery calls a table: https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#Table.FIELDS.type. */
export function toKind(type: unknown): TableSummary["kind"] {
  switch (type) {
    case "VIEW":
    case "MATERIALIZED_VIEW":
    case "EXTERNAL":
    case "SNAPSHOT":
      return type;
    default:
      return "TABLE";
  }
}

/** What a call says of a thing that is not there, and of one that the server's account may not see. */
const HIDDEN = new Set(["table_not_found", "permission_denied", "invalid_query"]);

/**
 * Makes of what a call threw an error with its own status.
 * @param hidden for what is not there or may not be seen: callers learn no difference
 * @throws the signal's reason, `hidden`, AppError `warehouse_unavailable` or `overloaded`
 */
export function fail(thrown: unknown, signal: AbortSignal, hidden?: AppError): never {
  signal.throwIfAborted();
  const { code } = toFailure(thrown, 0);
  throw hidden !== undefined && HIDDEN.has(code) ? hidden : unavailable(thrown);
}

async function listAll(call: NamesCall<object>, signal: AbortSignal): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  let query: object | null = { maxResults: NAMES_PER_CALL };
  for (let calls = 0; query !== null && calls < MOST_CALLS; calls += 1) {
    const [items, next]: Awaited<ReturnType<typeof call>> = await untilStopped(call(query), signal);
    for (const { metadata } of items) found.push(metadata);
    query = next;
  }
  return found;
}

/** BigQuery promises no order, so the list is ordered here. */
function toListing<Item>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  { limit, after }: ListOptions,
): Listing<Item> {
  const named = items
    .map((item) => ({ name: nameOf(item), item }))
    .filter(({ name }) => after === null || name > after)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { items: named.slice(0, limit).map(({ item }) => item), more: named.length > limit };
}

function noSuchDataset(dataset: string): AppError {
  return new AppError(
    "not_found",
    `There is no dataset ${dataset}, or the server's account may not see it. list_datasets names those that there are.`,
  );
}
