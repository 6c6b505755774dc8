import { validateQueryBigquery } from "#shared/contract/generated/query-validators.js";
import { queryBigquery } from "#shared/contract/query/query-bigquery.ts";
import { type FunctionRoutes, toBodyRoute } from "#shared/http/route.ts";
import { createQueryBigquery } from "./query-bigquery.ts";
import type { Warehouse } from "./warehouse/warehouse.ts";

/** The function `query`: answers SQL, over whatever warehouse it is given. */
export function createQuery(dependencies: { warehouse: Warehouse }): FunctionRoutes {
  return {
    name: "query",
    routes: [toBodyRoute(queryBigquery, validateQueryBigquery, createQueryBigquery(dependencies))],
  };
}
