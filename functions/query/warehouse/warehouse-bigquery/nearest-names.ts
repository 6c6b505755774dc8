import type { BigQuery } from "@google-cloud/bigquery";
import type { QueryFailure } from "../warehouse.ts";
import type { StatementContext } from "./statement-context.ts";
import { untilStopped } from "./until-stopped.ts";

/** Names to offer at most. */
const MOST_OFFERED = 5;
/** One call's worth; a dataset with more tables is searched in part. */
const MOST_NAMES = 1000;
/** An answer without names is better than one that keeps its reader waiting. */
const LOOK_FOR_MS = 4_000;

const NO_TABLE = /^Not found: Table ([a-z0-9.:-]*[a-z0-9])[:.](\w+)\.([\w*$-]+)/i;
const NO_DATASET = /^Not found: Dataset ([a-z0-9.:-]*[a-z0-9])[:.](\w+)/i;

/**
 * Adds to a failure about a table or dataset that is not there the names that are most like it, among those that are open.
 * @param stop ends the search; the failure is then returned as it is
 */
export async function nearestNames(
  context: StatementContext,
  failure: QueryFailure,
  stop: AbortSignal,
): Promise<QueryFailure> {
  if (failure.code !== "table_not_found") return failure;
  const [, project = "", dataset = "", table] =
    NO_TABLE.exec(failure.message) ?? NO_DATASET.exec(failure.message) ?? [];
  if (dataset === "" || !context.allowed.allows(project, dataset)) return failure;
  const patience = AbortSignal.any([stop, AbortSignal.timeout(LOOK_FOR_MS)]);
  const search = table === undefined ? datasetNames(context) : tableNames(context.client, project, dataset);
  const names = await untilStopped(search, patience).catch(() => []);
  const offered = nearest(table ?? dataset, names);
  if (offered.length === 0) return failure;
  const what = table === undefined ? "Datasets" : `Tables of ${project}.${dataset}`;
  return { ...failure, message: `${failure.message} ${what} with a name like it: ${offered.join(", ")}.` };
}

async function tableNames(client: BigQuery, project: string, dataset: string): Promise<readonly string[]> {
  const there = client.dataset(dataset, { projectId: project });
  const [tables] = await there.getTables({ maxResults: MOST_NAMES, autoPaginate: false });
  return tables.flatMap(({ id }) => id ?? []);
}

async function datasetNames({ client, allowed }: StatementContext): Promise<readonly string[]> {
  if (allowed.names !== null) return allowed.names.map(({ dataset }) => dataset);
  const [datasets] = await client.getDatasets({ maxResults: MOST_NAMES, autoPaginate: false });
  return datasets.flatMap(({ id }) => id ?? []);
}

function nearest(wanted: string, names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name !== wanted)
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_OFFERED)
    .map(({ name }) => name);
}

/** Letters to add, drop or change (Levenshtein), of the first 64 of each. */
function editDistance(from: string, to: string): number {
  const [a, b] = [from.slice(0, 64), to.slice(0, 64)];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
