import type { BigQuery } from "@google-cloud/bigquery";
import { AppError } from "#shared/errors/app-error.ts";
import type { DatasetSummary, Listing, ListOptions, TableSummary } from "../warehouse.ts";
import { type DatasetName, datasetNotAllowed } from "./gates/allowed-datasets.ts";
import { memberOf, textOf } from "./rest-value.ts";
import type { StatementContext } from "./statement-context.ts";
import { isRefusal, toFailure, unavailable } from "./to-failure.ts";
import { untilStopped } from "./until-stopped.ts";

const NAMES_PER_CALL = 1000;
/** Bounds one list: what lies beyond so many calls is not listed. */
const MOST_CALLS = 50;

/** One answer of a list, and how to ask for the next. */
type NamesCall<Query> = (
  query: Query,
) => Promise<readonly [readonly { readonly metadata: unknown }[], Query | null]>;

/**
 * Lists the open datasets: those of the client's project, and those of other projects that the owner has named.
 * @throws the signal's reason, AppError
 */
export async function listDatasets(
  { client, allowed }: Pick<StatementContext, "client" | "allowed">,
  options: ListOptions,
): Promise<Listing<DatasetSummary>> {
  const own = await listOwn(client, options.signal);
  const open = own.filter(({ project, dataset }) => allowed.allows(project, dataset));
  const named = allowed.names ?? [];
  const listed = new Set(own.map(({ project }) => project)).add(client.projectId);
  const elsewhere = named.filter(({ project }) => !listed.has(project));
  const found = await Promise.all(elsewhere.map((name) => findDataset(client, name, options.signal)));
  const datasets = [...open, ...found.filter((dataset) => dataset !== null)];
  return toListing(datasets, ({ project, dataset }) => `${project}.${dataset}`, options);
}

/** @returns null for one that is not there, or that the server's account may not see */
async function findDataset(
  client: BigQuery,
  { project, dataset }: DatasetName,
  signal: AbortSignal,
): Promise<DatasetSummary | null> {
  try {
    const there = client.dataset(dataset, { projectId: project });
    const [metadata] = await untilStopped(there.getMetadata(), signal);
    return { project, dataset, description: describe(metadata), location: textOf(metadata, "location") };
  } catch (thrown) {
    signal.throwIfAborted();
    if (isRefusal(thrown)) return null;
    throw unavailable(thrown);
  }
}

async function listOwn(client: BigQuery, signal: AbortSignal): Promise<readonly DatasetSummary[]> {
  const call: NamesCall<object> = async (query) => {
    const [datasets, next] = await client.getDatasets({ ...query, autoPaginate: false });
    return [datasets, next ?? null];
  };
  const found = await listAll(call, signal).catch((thrown: unknown) => fail(thrown, signal));
  return found.flatMap((metadata) => {
    const reference = memberOf(metadata, "datasetReference");
    const [project, dataset] = [textOf(reference, "projectId"), textOf(reference, "datasetId")];
    if (project === null || dataset === null) return [];
    return [{ project, dataset, description: describe(metadata), location: textOf(metadata, "location") }];
  });
}

function describe(metadata: unknown): string | null {
  return textOf(metadata, "description") ?? textOf(metadata, "friendlyName");
}

/** Lists the tables of a dataset. @throws the signal's reason, AppError */
export async function listTables(
  { client, allowed }: Pick<StatementContext, "client" | "allowed">,
  { project, dataset }: { readonly project: string | null; readonly dataset: string },
  options: ListOptions,
): Promise<Listing<TableSummary>> {
  if (!allowed.allows(project, dataset)) throw datasetNotAllowed(dataset);
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
    return [{ table, kind: toKind(memberOf(metadata, "type")), description: describe(metadata) }];
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
  const { code } = toFailure(thrown, { maximumBytesBilled: 0 });
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
