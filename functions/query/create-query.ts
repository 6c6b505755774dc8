import {
  validateCancelQuery,
  validateDescribeTable,
  validateGetQuery,
  validateListDatasets,
  validateListTables,
  validateQueryBigquery,
} from "#shared/contract/generated/query-validators.js";
import { cancelQuery } from "#shared/contract/query/cancel-query.ts";
import { describeTable } from "#shared/contract/query/describe-table.ts";
import { getQuery } from "#shared/contract/query/get-query.ts";
import { listDatasets } from "#shared/contract/query/list-datasets.ts";
import { listTables } from "#shared/contract/query/list-tables.ts";
import { queryBigquery } from "#shared/contract/query/query-bigquery.ts";
import { type FunctionRoutes, toBodyRoute, toPathRoute } from "#shared/http/route.ts";
import { createCancelQuery } from "./cancel-query.ts";
import { createDescribeTable } from "./describe-table.ts";
import { createGetQuery } from "./get-query.ts";
import { createListDatasets } from "./list-datasets.ts";
import { createListTables } from "./list-tables.ts";
import { createPageTokens } from "./pages/page-tokens.ts";
import { createQueryBigquery } from "./query-bigquery.ts";
import { createQueryHandles } from "./running/query-handles.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

/** What the function is built over. */
export interface QueryDependencies {
  readonly warehouse: Warehouse;
  /** At least 32 characters. */
  readonly signingKey: string;
}

/** The function `query`: answers SQL and tells what there is to query, over whatever warehouse it is given. */
export function createQuery({ warehouse, signingKey }: QueryDependencies): FunctionRoutes {
  const pageTokens = createPageTokens(signingKey);
  const handles = createQueryHandles(signingKey);
  return {
    name: "query",
    routes: [
      toBodyRoute(
        queryBigquery,
        validateQueryBigquery,
        createQueryBigquery({ warehouse, pageTokens, handles }),
      ),
      toPathRoute(getQuery, validateGetQuery, createGetQuery({ warehouse, pageTokens, handles })),
      toPathRoute(cancelQuery, validateCancelQuery, createCancelQuery({ warehouse, handles })),
      toPathRoute(listDatasets, validateListDatasets, createListDatasets({ warehouse })),
      toPathRoute(listTables, validateListTables, createListTables({ warehouse })),
      toPathRoute(describeTable, validateDescribeTable, createDescribeTable({ warehouse })),
    ],
  };
}
