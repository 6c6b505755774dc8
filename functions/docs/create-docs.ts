import { OPERATIONS } from "#shared/contract/operations.ts";
import type { FunctionRoutes, Route } from "#shared/http/route.ts";
import { createApiPage } from "./api-page.ts";
import { loadAssets } from "./assets.ts";
import { type CachedContent, createCachedContent } from "./cached-content.ts";
import { createLandingPage } from "./landing-page.ts";
import { renderOpenApi } from "./openapi.ts";
import type { Page } from "./page.ts";
import { type PublicAddress, parsePublicAddress } from "./public-address.ts";

/** What the pages are built with. */
export interface DocsOptions {
  /** Absolute paths of the folders that hold the assets, searched in order. */
  readonly assetDirectories: readonly string[];
  /** Version of the bundle. */
  readonly version: string;
}

/** Everything that is rendered for one public address. */
interface Rendered {
  readonly address: PublicAddress;
  readonly api: CachedContent;
  readonly landing: CachedContent;
  readonly yaml: CachedContent;
  readonly json: CachedContent;
}

/**
 * The routes of the `docs` function: interactive API pages, the landing page, the OpenAPI document and the files that the
 * pages load. Nothing comes from another host.
 *
 * @throws Error when an asset is in none of the folders
 */
export async function createDocs({ assetDirectories, version }: DocsOptions): Promise<FunctionRoutes> {
  const assets = await loadAssets(assetDirectories);
  let latest: Rendered | undefined;

  /** Keeps the last address only: a Host header may name any number of them. */
  function renderFor(baseUrl: string): Rendered {
    const address = parsePublicAddress(baseUrl);
    if (latest?.address.baseUrl !== address.baseUrl) latest = render(address, version);
    return latest;
  }

  function toRoute(path: string, aliases: readonly string[], part: keyof Omit<Rendered, "address">): Route {
    return {
      method: "GET",
      path,
      aliases,
      operation: null,
      answer: async (request, _readBody, { baseUrl }) => renderFor(baseUrl)[part].respond(request),
    };
  }

  const assetRoutes = [...assets].map(
    ([name, content]): Route => ({
      method: "GET",
      path: `/docs/assets/${name}`,
      aliases: [],
      operation: null,
      answer: (request) => content.respond(request),
    }),
  );
  return {
    name: "docs",
    routes: [
      toRoute("/docs", [], "api"),
      toRoute("/docs/welcome", ["/"], "landing"),
      toRoute("/docs/openapi.yaml", ["/openapi.yaml"], "yaml"),
      toRoute("/docs/openapi.json", ["/openapi.json"], "json"),
      ...assetRoutes,
    ],
  };
}

function render(address: PublicAddress, version: string): Rendered {
  const document = renderOpenApi(address.baseUrl, version);
  return {
    address,
    api: toContent(createApiPage({ address, version })),
    landing: toContent(createLandingPage({ address, version }, OPERATIONS)),
    yaml: createCachedContent(document.yaml, { "content-type": "application/yaml; charset=utf-8" }),
    json: createCachedContent(document.json, { "content-type": "application/json; charset=utf-8" }),
  };
}

function toContent({ body, contentSecurityPolicy }: Page): CachedContent {
  return createCachedContent(body, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy,
  });
}
