import { AppError } from "../errors/app-error.ts";
import { matchPath, type PathValues } from "./match-path.ts";
import type { FunctionRoutes, Route } from "./route.ts";

/** A route that a path leads to. */
export interface FoundRoute {
  readonly route: Route;
  /** What stood in the path where the route has parameters. */
  readonly pathValues: PathValues;
}

/**
 * The routes of a path, which may come with the function's own prefix (one machine, a load balancer), without it
 * (`REGION-PROJECT.cloudfunctions.net` strips it), or as an alias. One trailing slash does not matter. A path that is written out
 * goes before one with parameters.
 */
export function routesOf(pathname: string, { name, routes }: FunctionRoutes): readonly FoundRoute[] {
  const path = withoutTrailingSlash(pathname);
  const prefixed = path === "/" ? `/${name}` : `/${name}${path}`;
  for (const candidate of [path, prefixed]) {
    const found = matching(routes, candidate, (route) => [route.path]);
    if (found.length > 0) return found;
  }
  return matching(routes, path, (route) => route.aliases);
}

/** The methods that a path has, for `Allow` and for preflights. */
export function methodsOf(found: readonly FoundRoute[]): readonly string[] {
  const own = found.map(({ route }) => route.method);
  return [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"];
}

/**
 * Chooses the route of a method; HEAD is answered by GET.
 * @throws AppError `not_found`, or `method_not_allowed` with `Allow`
 */
export function chooseRoute(method: string, found: readonly FoundRoute[]): FoundRoute {
  if (found.length === 0) {
    throw new AppError("not_found", "There is nothing at this path. The paths are listed at /docs.");
  }
  const wanted = method === "HEAD" ? "GET" : method;
  const chosen = found.find(({ route }) => route.method === wanted);
  if (chosen) return chosen;
  const allow = methodsOf(found).join(", ");
  throw new AppError("method_not_allowed", `This path does not take that method. Use ${allow}.`, {
    headers: { allow },
  });
}

function withoutTrailingSlash(pathname: string): string {
  return pathname.length > 1 && pathname.endsWith("/") ? pathname.slice(0, -1) : pathname;
}

function matching(
  routes: readonly Route[],
  pathname: string,
  templatesOf: (route: Route) => readonly string[],
): readonly FoundRoute[] {
  const written = routes.filter((route) => templatesOf(route).includes(pathname));
  if (written.length > 0) return written.map((route) => ({ route, pathValues: {} }));
  return routes.flatMap((route) => {
    for (const template of templatesOf(route)) {
      if (!template.includes("{")) continue;
      const pathValues = matchPath(template, pathname, restOf(route));
      if (pathValues !== null) return [{ route, pathValues }];
    }
    return [];
  });
}

/** The parameter that takes the rest of the path, by the contract or by the page. */
function restOf({ operation, rest }: Route): string | null {
  if (rest !== undefined) return rest;
  const parameters = Object.entries(operation?.parameters ?? {});
  return parameters.find(([, parameter]) => parameter.spansSegments === true)?.[0] ?? null;
}
