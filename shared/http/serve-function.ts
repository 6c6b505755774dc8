import type { EdgeSettings } from "../config/edge-settings.ts";
import type { Logger } from "../observability/logger.ts";
import { parseAllowedOrigins } from "./cors.ts";
import { createGate, type Gate } from "./gate.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import type { FunctionRoutes } from "./route.ts";
import { type HttpFunction, serveNode } from "./serve-node.ts";

/**
 * Builds the HTTP function of one deployable function: pipeline, gate and Node's edge joined together.
 * @param gate shared by all functions of a process; one without a database when left out
 */
export function serveFunction(
  functionRoutes: FunctionRoutes,
  settings: EdgeSettings,
  logger: Logger,
  gate: Gate = createGate(settings),
): HttpFunction {
  return serveNode(createFunctionPipeline(functionRoutes, settings, logger, gate), settings.publicBaseUrl);
}

/** Builds the pipeline of one function, which answers web requests: what a process serves by HTTP, and may ask itself. */
export function createFunctionPipeline(
  functionRoutes: FunctionRoutes,
  settings: EdgeSettings,
  logger: Logger,
  gate: Gate,
): Pipeline {
  return createPipeline({
    functionRoutes,
    gate,
    ratePerMinute: { execute: settings.executeRatePerMinute, query: settings.queryRatePerMinute },
    allowedOrigins: parseAllowedOrigins(settings.corsAllowedOrigins),
    logger: logger.with({ function: functionRoutes.name }),
    projectId: settings.projectId,
  });
}
