import { ANSWER_LIMIT_CHARACTERS } from "#shared/contract/limits.ts";
import type { ListTablesParameters, ListTablesResponse } from "#shared/contract/query/list-tables.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { fitItems, shorten } from "./formats/fit-items.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

const OTHER_FIELDS_CHARACTERS = 2_000;

/** Handler of `list_tables`: what has no room in an answer is on the next. */
export function createListTables({ warehouse }: { readonly warehouse: Warehouse }) {
  return async (
    { dataset, project, limit, after }: ListTablesParameters,
    { signal, requestId }: RequestContext,
  ): Promise<ListTablesResponse> => {
    const { items, more } = await warehouse.listTables(
      { project: project ?? null, dataset },
      { signal, limit, after: after ?? null },
    );
    const rows = items.map(({ table, kind, description }) => ({
      table,
      kind,
      description: shorten(description),
    }));
    const fitting = fitItems(rows, ANSWER_LIMIT_CHARACTERS - OTHER_FIELDS_CHARACTERS);
    const goesOn = more || !fitting.isComplete;
    return {
      tables: fitting.items,
      next_after: goesOn ? (fitting.items.at(-1)?.table ?? null) : null,
      request_id: requestId,
    };
  };
}
