import { loadDatabaseSettings } from "#shared/config/database-settings.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { openPostgresGate } from "#shared/http/open-postgres-gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { chooseExecutor } from "./choose-executor.ts";
import { loadCloudExecutorSettings, loadExecuteSettings } from "./config.ts";
import { createExecute } from "./create-execute.ts";

installEdge();
const logger = createLogger();
const { edge, entrance, settings, sandbox } = orExit(() => {
  const edge = loadEdgeSettings();
  const entrance = openPostgresGate(edge, loadDatabaseSettings(), logger);
  return { edge, entrance, settings: loadExecuteSettings(), sandbox: loadCloudExecutorSettings() };
});
const { executor, objects } = chooseExecutor(sandbox, logger);
const { routes, close } = createExecute({
  executor,
  objects,
  // Links of an instance without a key of its deployment are good for its own life.
  signingKey: settings.signingKey ?? createSigningKey(),
  fileHosts: settings.fileHosts,
  logger,
});
onShutdown(async () => {
  await close();
  await Promise.allSettled([executor.close(), objects.close(), entrance.close()]);
});

/** Entry point of the Cloud Function `execute`. */
export const execute = serveFunction(routes, edge, logger, entrance.gate);
