import { validateListDatasets, validateListTables } from "#shared/contract/generated/query-validators.js";
import { type ListDatasetsResponse, listDatasets } from "#shared/contract/query/list-datasets.ts";
import { type ListTablesResponse, listTables } from "#shared/contract/query/list-tables.ts";
import type { FunctionAnswer, FunctionClient } from "../client/function-client.ts";
import type { WarehouseItem } from "./item.ts";

/** A search looks at so much: each dataset is one call that counts against the caller's limit. */
const CATALOGUE = { datasets: 10, tables: 1000, atOnce: 4 } as const;

/** One thing that can be found. */
export interface CatalogueEntry extends WarehouseItem {
  readonly description: string | null;
}

/** What there is, or the answer that refuses to tell. */
export type Catalogue =
  | { readonly kind: "entries"; readonly entries: readonly CatalogueEntry[] }
  | { readonly kind: "refused"; readonly answer: FunctionAnswer };

/**
 * Lists datasets and their tables, at most 10 datasets and 1,000 tables of each.
 * @param isLikely tells which datasets go first where there are more
 */
export async function readCatalogue(
  functions: FunctionClient,
  isLikely: (dataset: CatalogueEntry) => boolean,
  signal: AbortSignal,
): Promise<Catalogue> {
  const call = { operation: listDatasets, validate: validateListDatasets, arguments: { limit: 1000 } };
  const answer = await functions.call(call, signal);
  if (answer.status >= 400) return { kind: "refused", answer };
  const datasets = (answer.body as Pick<ListDatasetsResponse, "datasets">).datasets.map(
    ({ project, dataset, description }) => ({ project, dataset, table: null, description }),
  );
  const chosen = [...datasets.filter(isLikely), ...datasets.filter((dataset) => !isLikely(dataset))].slice(
    0,
    CATALOGUE.datasets,
  );
  const entries: CatalogueEntry[] = [...datasets];
  for (let index = 0; index < chosen.length; index += CATALOGUE.atOnce) {
    const part = chosen.slice(index, index + CATALOGUE.atOnce);
    const lists = await Promise.all(part.map((dataset) => readTables(functions, dataset, signal)));
    for (const list of lists) {
      if (list.kind === "refused") return list;
      entries.push(...list.entries);
    }
  }
  return { kind: "entries", entries };
}

async function readTables(
  functions: FunctionClient,
  { project, dataset }: CatalogueEntry,
  signal: AbortSignal,
): Promise<Catalogue> {
  const answer = await functions.call(
    {
      operation: listTables,
      validate: validateListTables,
      arguments: { project, dataset, limit: CATALOGUE.tables },
    },
    signal,
  );
  // A dataset that is gone, or that the caller may not read, is one less to search.
  if (answer.status === 404) return { kind: "entries", entries: [] };
  if (answer.status >= 400) return { kind: "refused", answer };
  const { tables } = answer.body as Pick<ListTablesResponse, "tables">;
  const entries = tables.map(({ table, description }) => ({ project, dataset, table, description }));
  return { kind: "entries", entries };
}
