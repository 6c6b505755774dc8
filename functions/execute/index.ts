import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openPostgresGate } from "#shared/http/open-postgres-gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createUnavailableObjectStore } from "#shared/object-store/object-store-unavailable.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { loadExecuteSettings } from "./config.ts";
import { createExecute } from "./create-execute.ts";
import { createUnavailableExecutor } from "./executor/executor-unavailable.ts";

installEdge();
const logger = createLogger();
const { edge, entrance, settings } = orExit(() => {
  const edge = loadEdgeSettings();
  const entrance = openPostgresGate(edge, loadDatabaseSettings(), logger);
  return { edge, entrance, settings: loadExecuteSettings() };
});
const reason =
  "This deployment has no sandbox to run programs in. Run the bundle on one machine with `npm start`, which has one.";
const executor = createUnavailableExecutor(reason);
const { routes, close } = createExecute({
  executor,
  objects: createUnavailableObjectStore(reason),
  // Links of an instance without a key of its deployment are good for its own life.
  signingKey: settings.signingKey ?? createSigningKey(),
  fileHosts: settings.fileHosts,
  logger,
});
onShutdown(async () => {
  await close();
  await Promise.allSettled([executor.close(), entrance.close()]);
});

/** Entry point of the Cloud Function `execute`. */
export const execute = serveFunction(routes, edge, logger, entrance.gate);
