import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { onShutdown } from "#shared/http/drain.ts";
import { installEdge } from "#shared/http/edge.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createExecute } from "./create-execute.ts";
import { createUnavailableExecutor } from "./executor/executor-unavailable.ts";

installEdge();
const settings = orExit(() => loadEdgeSettings());
const executor = createUnavailableExecutor(
  "This deployment has no sandbox to run programs in. Run the bundle on one machine with `npm start`, which has one.",
);
onShutdown(() => executor.close());

/** Entry point of the Cloud Function `execute`. */
export const execute = serveFunction(createExecute({ executor }), settings, createLogger());
