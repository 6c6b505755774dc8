import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { ChatgptClient } from "#functions/oauth/clients/chatgpt-client.ts";
import type { FetchDocument } from "#functions/oauth/clients/fetch-document.ts";
import { createOauth } from "#functions/oauth/create-oauth.ts";
import type { Interactions } from "#functions/oauth/interaction.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { isScope } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import type { RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";
import { createMemoryRateLimiter } from "#shared/rate-limiter/rate-limiter-memory.ts";

/** The authorization server on a port of its own. */
export interface TestServer {
  /** Like http://127.0.0.1:43210. */
  readonly url: string;
  readonly issuer: string;
  readonly resource: string;
  logs(): string;
  close(): Promise<void>;
}

/** What it is served with; the rest has defaults. */
export interface ServeOptions {
  readonly database: Database;
  readonly chatgpt?: ChatgptClient;
  readonly signingKey?: string;
  readonly fetchDocument?: FetchDocument;
  readonly rateLimiter?: RateLimiter;
  /** The public address instead of the port's own. */
  readonly baseUrl?: string;
}

/** Of every server that is not given another one: instances of one deployment share it. */
const SIGNING_KEY = randomBytes(32).toString("base64url");

/** Serves the function over real HTTP, with pages that let a test decide in the owner's place. */
export async function serveOauth(options: ServeOptions): Promise<TestServer> {
  let logs = "";
  const logger = createLogger({}, (line) => {
    logs += line;
  });
  let url = "";
  const routes = createOauth({
    database: options.database,
    publicBaseUrl: options.baseUrl ?? null,
    signingKey: options.signingKey ?? SIGNING_KEY,
    chatgpt: options.chatgpt ?? null,
    rateLimiter: options.rateLimiter ?? createMemoryRateLimiter(),
    logger,
    pages: createTestPages,
    ...(options.fetchDocument === undefined ? {} : { fetchDocument: options.fetchDocument }),
  });
  const settings = loadEdgeSettings(
    options.baseUrl === undefined ? {} : { PUBLIC_BASE_URL: options.baseUrl },
  );
  const serve = serveFunction(routes, settings, logger);
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = options.baseUrl ?? url;
  return {
    url,
    issuer: `${base}/oauth`,
    resource: `${base}/mcp`,
    logs: () => logs,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The least that the port needs: the request as JSON, and a form that decides. */
function createTestPages(interactions: Interactions) {
  return async (request: Request): Promise<Response | null> => {
    if (!new URL(request.url).pathname.includes("/interaction/")) return null;
    const interaction = await interactions.find(request);
    if (interaction === null) return Response.json({ error: "expired" }, { status: 404 });
    if (request.method === "GET") return Response.json(interaction);
    const form = new URLSearchParams(await request.text());
    if (form.get("decision") === "deny") return interactions.deny(request);
    const asked = form.get("scope")?.split(" ").filter(isScope) ?? interaction.scopes;
    return interactions.approve(request, asked);
  };
}
