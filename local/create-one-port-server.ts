import { createServer, type Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { rawRequestOf } from "#shared/http/edge.ts";
import { isAlias } from "#shared/http/find-route.ts";
import type { FunctionRoutes } from "#shared/http/route.ts";
import type { HttpFunction } from "#shared/http/serve-node.ts";

/** One function to serve. */
export interface ServedFunction {
  readonly routes: FunctionRoutes;
  readonly serve: HttpFunction;
}

/**
 * Serves all functions on one port, each through functions-framework's own request stack, as in the cloud. The first path segment or
 * an alias chooses the function; `fallback` answers everything else.
 */
export function createOnePortServer(functions: readonly ServedFunction[], fallback: string): Server {
  const servers = new Map<string, Server>();
  for (const { routes, serve } of functions) {
    http(routes.name, serve);
    servers.set(routes.name, getTestServer(routes.name));
  }
  return createServer((request, response) => {
    const path = rawRequestOf(request).url.split("?", 1)[0] ?? "/";
    const first = path.split("/", 2)[1] ?? "";
    const aliased = functions.find(({ routes }) => isAlias(path, routes))?.routes.name;
    const chosen = aliased ?? (servers.has(first) ? first : fallback);
    servers.get(chosen)?.emit("request", request, response);
  });
}
