import { AppError } from "../errors/app-error.ts";
import type { FunctionRoutes, Route } from "./route.ts";

/**
 * The routes of a path, which may come with the function's own prefix (one machine, a load balancer), without it
 * (`REGION-PROJECT.cloudfunctions.net` strips it), or as an alias. One trailing slash does not matter.
 */
export function routesOf(pathname: string, { name, routes }: FunctionRoutes): readonly Route[] {
  const path = pathname.length > 1 && pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
  const prefixed = path === "/" ? `/${name}` : `/${name}${path}`;
  for (const candidate of [path, prefixed]) {
    const found = routes.filter((route) => route.path === candidate);
    if (found.length > 0) return found;
  }
  return routes.filter((route) => route.aliases.includes(path));
}

/** The methods that a path has, for `Allow` and for preflights. */
export function methodsOf(routes: readonly Route[]): readonly string[] {
  const own = routes.map((route) => route.method);
  return [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

/**
 * Chooses the route of a method; HEAD is answered by GET.
 * @throws AppError `not_found`, or `method_not_allowed` with `Allow`
 */
export function chooseRoute(method: string, routes: readonly Route[]): Route {
  if (routes.length === 0) {
    throw new AppError("not_found", "There is nothing at this path. The paths are listed at /docs.");
  }
  const wanted = method === "HEAD" ? "GET" : method;
  const route = routes.find((candidate) => candidate.method === wanted);
  if (route) return route;
  const allow = methodsOf(routes).join(", ");
  throw new AppError("method_not_allowed", `This path does not take that method. Use ${allow}.`, {
    headers: { allow },
  });
}
