import { createApiKeys } from "../auth/api-keys.ts";
import type { EdgeSettings } from "../config/edge-settings.ts";
import type { Logger } from "../observability/logger.ts";
import { createMemoryRateLimiter } from "../rate-limiter/rate-limiter-memory.ts";
import { parseAllowedOrigins } from "./cors.ts";
import { createPipeline } from "./pipeline.ts";
import type { FunctionRoutes } from "./route.ts";
import { type HttpFunction, serveNode } from "./serve-node.ts";

/** Builds the HTTP function of one deployable function: pipeline, keys, rate limits and Node's edge joined together. */
export function serveFunction(
  functionRoutes: FunctionRoutes,
  settings: EdgeSettings,
  logger: Logger,
): HttpFunction {
  const pipeline = createPipeline({
    functionRoutes,
    apiKeys: createApiKeys(settings.apiKeys),
    rateLimiter: createMemoryRateLimiter(),
    ratePerMinute: { execute: settings.executeRatePerMinute, query: settings.queryRatePerMinute },
    allowedOrigins: parseAllowedOrigins(settings.corsAllowedOrigins),
    logger: logger.with({ function: functionRoutes.name }),
    projectId: settings.projectId,
  });
  return serveNode(pipeline, settings.publicBaseUrl);
}
