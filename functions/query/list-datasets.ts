import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type { ListDatasetsParameters, ListDatasetsResponse } from "#shared/contract/query/list-datasets.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { fitItems, shorten } from "./formats/fit-items.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

const OTHER_FIELDS_CHARACTERS = 2_000;

/** Handler of `list_datasets`: what has no room in an answer is on the next. */
export function createListDatasets({ warehouse }: { readonly warehouse: Warehouse }) {
  return async (
    { limit, after }: ListDatasetsParameters,
    { signal, requestId }: RequestContext,
  ): Promise<ListDatasetsResponse> => {
    const { items, more } = await warehouse.listDatasets({ signal, limit, after: after ?? null });
    const rows = items.map(({ project, dataset, description, location }) => ({
      project,
      dataset,
      description: shorten(description),
      location,
    }));
    const fitting = fitItems(rows, ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS);
    const last = fitting.items.at(-1);
    const goesOn = last !== undefined && (more || !fitting.isComplete);
    return {
      datasets: fitting.items,
      next_after: goesOn ? `${last.project}.${last.dataset}` : null,
      request_id: requestId,
    };
  };
}
