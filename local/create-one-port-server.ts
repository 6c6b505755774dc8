import { createServer, type Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { rawRequestOf, rewriteTarget } from "#shared/http/edge.ts";
import type { FunctionRoutes, Route } from "#shared/http/route.ts";
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
  for (const { routes, serve } of functions) {
    http(routes.name, serve);
    servers.set(routes.name, getTestServer(routes.name));
  }
  const toCanonical = createToCanonical(functions.flatMap(({ routes }) => routes.routes));
  return createServer((request, response) => {
    const target = rawRequestOf(request).url;
    const path = target.split("?", 1)[0] ?? "/";
    const canonical = toCanonical(path);
    if (canonical !== path) rewriteTarget(request, canonical + target.slice(path.length));
    const first = canonical.split("/", 2)[1] ?? "";
    servers.get(servers.has(first) ? first : fallback)?.emit("request", request, response);
  });
}

/** Puts the canonical path in place of an alias; what stands for parameters stays as it is. */
function createToCanonical(routes: readonly Route[]): (path: string) => string {
  const whole = new Map<string, string>();
  const beginnings = new Map<string, string>();
  for (const { path, aliases } of routes) {
    for (const alias of aliases) {
      const [beginning = "", parameters] = alias.split("{", 2);
      if (parameters === undefined) whole.set(alias, path);
      else beginnings.set(beginning, path.split("{", 1)[0] ?? path);
    }
  }
  return (path) => {
    for (const [beginning, canonical] of beginnings) {
      if (path.startsWith(beginning)) return canonical + path.slice(beginning.length);
    }
    return whole.get(path) ?? path;
  };
}
