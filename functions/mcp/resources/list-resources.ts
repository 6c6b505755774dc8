import type { ListResourcesResult, ListResourceTemplatesResult } from "@modelcontextprotocol/server";
import { validateListDatasets } from "#shared/contract/generated/query-validators.js";
import { type ListDatasetsResponse, listDatasets } from "#shared/contract/query/list-datasets.ts";
import { toItemAddress, toItemName } from "../search/item.ts";
import type { Caller } from "../tools/tool.ts";
import { toProtocolError } from "./to-protocol-error.ts";

const PAGE_SIZE = 100;

/**
 * One page of the warehouse's datasets as resources; tables are found through their dataset and the templates.
 * @param cursor `nextCursor` of the page before
 * @returns no resource for a caller who may not read the warehouse: clients list them unasked
 * @throws ProtocolError in the function's own words
 */
export async function listResources(
  cursor: string | undefined,
  { principal, functions }: Caller,
  signal: AbortSignal,
): Promise<ListResourcesResult> {
  if (!principal.scopes.includes("query")) return { resources: [] };
  const given = { limit: PAGE_SIZE, ...(cursor === undefined ? {} : { after: cursor }) };
  const call = { operation: listDatasets, validate: validateListDatasets, arguments: given };
  const answer = await functions.call(call, signal);
  if (answer.status >= 400) throw toProtocolError(answer);
  const { datasets, next_after } = answer.body as Pick<ListDatasetsResponse, "datasets" | "next_after">;
  return {
    resources: datasets.map(({ project, dataset, description }) => ({
      uri: toItemAddress({ project, dataset, table: null }),
      name: toItemName({ project, dataset, table: null }),
      title: `Dataset ${dataset}`,
      description: description ?? "A dataset of the warehouse: its tables and views.",
      mimeType: "application/json",
    })),
    ...(next_after === null ? {} : { nextCursor: next_after }),
  };
}

/** The shapes of every resource's address. */
export const RESOURCE_TEMPLATES: ListResourceTemplatesResult = {
  resourceTemplates: [
    {
      uriTemplate: "warehouse://{project}/{dataset}",
      name: "dataset",
      title: "Tables of a dataset",
      description: "The first 1,000 tables and views of a dataset, as list_tables answers them.",
      mimeType: "application/json",
    },
    {
      uriTemplate: "warehouse://{project}/{dataset}/{table}",
      name: "table",
      title: "Schema of a table",
      description: "Columns, size and five sample rows of a table, as describe_table answers them.",
      mimeType: "application/json",
    },
  ],
};
