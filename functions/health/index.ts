import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { orExit } from "#shared/config/load-settings.ts";
import { VERSION } from "#shared/contract/version.ts";
import { installEdge } from "#shared/http/edge.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createHealth } from "./create-health.ts";

installEdge();
const settings = orExit(() => loadEdgeSettings());

/** Entry point of the Cloud Function `health`. */
export const health = serveFunction(createHealth({ version: VERSION }), settings, createLogger());
