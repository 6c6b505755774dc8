import { fileURLToPath } from "node:url";
import { createDocs } from "#functions/docs/create-docs.ts";
import { createCallNotes } from "#shared/audit/call-notes.ts";
import type { FunctionRoutes } from "#shared/http/route.ts";
import { createLogger } from "#shared/observability/logger.ts";

/** Folders of the assets as they lie in the repository. */
export const ASSET_DIRECTORIES = ["node_modules/swagger-ui-dist", "functions/docs/assets"].map((folder) =>
  fileURLToPath(new URL(`../../../${folder}`, import.meta.url)),
);

/** Builds the routes over the repository's own assets. */
export function createTestDocs(): Promise<FunctionRoutes> {
  return createDocs({ assetDirectories: ASSET_DIRECTORIES, version: "9.8.7" });
}

/** Asks one route of the builders, without a pipeline around it. */
export async function ask(
  docs: FunctionRoutes,
  path: string,
  { baseUrl = "https://example.org", headers = {} }: AskOptions = {},
): Promise<Response> {
  const route = docs.routes.find((candidate) => candidate.path === path);
  if (route === undefined) throw new Error(`no route ${path}`);
  return route.answer(new Request(`https://example.org${path}`, { headers }), async () => undefined, {
    requestId: "test",
    principal: null,
    notes: createCallNotes(),
    signal: new AbortController().signal,
    logger: createLogger(),
    baseUrl,
  });
}

/** What a request to a builder may differ in. */
export interface AskOptions {
  readonly baseUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
