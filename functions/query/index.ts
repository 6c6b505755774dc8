import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { loadBigquerySettings } from "./config.ts";
import { createQuery } from "./create-query.ts";
import { createBigqueryWarehouse } from "./warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";

installEdge();
const logger = createLogger();
const { edge, bigquery } = orExit(() => ({ edge: loadEdgeSettings(), bigquery: loadBigquerySettings() }));
const warehouse = createBigqueryWarehouse({ ...bigquery, logger });
onShutdown(() => warehouse.close());

/** Entry point of the Cloud Function `query`. */
export const query = serveFunction(createQuery({ warehouse }), edge, logger);
