import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openPostgresGate } from "#shared/http/open-postgres-gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { loadBigquerySettings, loadQuerySettings } from "./config.ts";
import { createQuery } from "./create-query.ts";
import { createBigqueryWarehouse } from "./warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";

installEdge();
const logger = createLogger();
const {
  edge,
  query: settings,
  bigquery,
  entrance,
} = orExit(() => {
  const edge = loadEdgeSettings();
  const entrance = openPostgresGate(edge, loadDatabaseSettings(), logger);
  return { edge, entrance, query: loadQuerySettings(), bigquery: loadBigquerySettings() };
});
const warehouse = createBigqueryWarehouse({ ...bigquery, logger });
onShutdown(async () => {
  await Promise.allSettled([warehouse.close(), entrance.close()]);
});

// Page tokens of an instance without a key of its deployment are good for its own life.
const routes = createQuery({ warehouse, signingKey: settings.signingKey ?? createSigningKey() });

/** Entry point of the Cloud Function `query`. */
export const query = serveFunction(routes, edge, logger, entrance.gate);
