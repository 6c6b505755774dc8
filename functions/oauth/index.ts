import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openGate } from "#shared/http/open-gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { expectCloudSettings, loadOauthSettings } from "./config.ts";
import { createOauthWithPages } from "./create-oauth-with-pages.ts";

installEdge();
const logger = createLogger();
const { edge, settings, postgres, audit } = orExit(() => {
  const edge = loadEdgeSettings();
  const { postgres, audit } = loadDatabaseSettings();
  return { edge, audit, ...expectCloudSettings(edge, loadOauthSettings(), postgres) };
});
const opened = orExit(() => createPostgresDatabase({ ...postgres, logger }));
const entrance = openGate({ edge, database: opened, isShared: true, audit, logger });
onShutdown(() => entrance.close());
const routes = createOauthWithPages({
  database: opened.database,
  gate: entrance.gate,
  publicBaseUrl: edge.publicBaseUrl,
  settings,
  logger,
});

/** Entry point of the Cloud Function `oauth`. */
export const oauth = serveFunction(routes, edge, logger, entrance.gate);
