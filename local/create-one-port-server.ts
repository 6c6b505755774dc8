import { createServer, type Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { rawRequestOf, rewriteTarget } from "#shared/http/edge.ts";
import type { FunctionRoutes } from "#shared/http/route.ts";
import type { HttpFunction } from "#shared/http/serve-node.ts";

/** One function to serve. */
export interface ServedFunction {
  readonly routes: FunctionRoutes;
  readonly serve: HttpFunction;
}

/**
 * Serves all functions on one port, each through functions-framework's own request stack, as in the cloud. The first path segment or
 * an alias, which stands for the canonical path, chooses the function; `fallback` answers everything else.
 */
export function createOnePortServer(functions: readonly ServedFunction[], fallback: string): Server {
  const servers = new Map<string, Server>();
  const aliases = new Map<string, string>();
  for (const { routes, serve } of functions) {
    http(routes.name, serve);
    servers.set(routes.name, getTestServer(routes.name));
    for (const route of routes.routes) {
      for (const alias of route.aliases) aliases.set(alias, route.path);
    }
  }
  return createServer((request, response) => {
    const target = rawRequestOf(request).url;
    const path = target.split("?", 1)[0] ?? "/";
    const canonical = aliases.get(path);
    if (canonical !== undefined) rewriteTarget(request, canonical + target.slice(path.length));
    const first = (canonical ?? path).split("/", 2)[1] ?? "";
    servers.get(servers.has(first) ? first : fallback)?.emit("request", request, response);
  });
}
