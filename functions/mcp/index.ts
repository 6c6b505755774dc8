import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit, SettingsError } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openPostgresGate } from "#shared/http/open-postgres-gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createHttpSender } from "./client/send-over-http.ts";
import { loadMcpSettings } from "./config.ts";
import { createMcp } from "./create-mcp.ts";

installEdge();
const logger = createLogger();
const { edge, entrance, settings, baseUrl } = orExit(() => {
  const edge = loadEdgeSettings();
  if (edge.publicBaseUrl === null) {
    throw new SettingsError(
      "Wrong settings: PUBLIC_BASE_URL is missing. It names the resource that tokens are for.",
    );
  }
  const entrance = openPostgresGate(edge, loadDatabaseSettings(), logger);
  return { edge, entrance, settings: loadMcpSettings(), baseUrl: edge.publicBaseUrl };
});
onShutdown(() => entrance.close());
const routes = createMcp({
  send: createHttpSender((name) => settings.addresses[name] ?? baseUrl),
  origins: { allowedOrigins: settings.allowedOrigins, checkHost: false },
  issuerPath: entrance.gate.takesAccessTokens ? "/oauth" : null,
  warehouseTakesWrites: settings.warehouseTakesWrites,
});

/** Entry point of the Cloud Function `mcp`. */
export const mcp = serveFunction(routes, edge, logger, entrance.gate);
