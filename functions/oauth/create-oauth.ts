import type { Provider } from "oidc-provider";
import { resourceOf } from "#shared/auth/resource.ts";
import type { Database } from "#shared/database/database.ts";
import type { FunctionRoutes } from "#shared/http/route.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";
import type { ChatgptClient } from "./clients/chatgpt-client.ts";
import { createFetchDocument, type FetchDocument } from "./clients/fetch-document.ts";
import { createInteractions } from "./create-interactions.ts";
import { LIMITS, limitCalls } from "./flood-limits.ts";
import type { Interactions } from "./interaction.ts";
import { createProvider } from "./provider/create-provider.ts";
import { createRoutes } from "./routes/create-routes.ts";
import type { OwnerPages } from "./routes/owner-routes.ts";
import { onDatabase } from "./store/storage-error.ts";

/** What the function is built with. */
export interface OauthOptions {
  readonly database: Database;
  /** The public address without a trailing slash; asked when the first request comes, as it may not be known before. */
  readonly baseUrl: () => string;
  /** What cookies are signed with and keys are derived from: the same in every instance. */
  readonly signingKey: string;
  /** The client of ChatGPT's action editor; null for none. */
  readonly chatgpt: ChatgptClient | null;
  readonly rateLimiter: RateLimiter;
  readonly logger: Logger;
  /** Builds the pages on which the owner signs in and decides. */
  readonly pages: (interactions: Interactions) => OwnerPages;
  /** The internet by default. */
  readonly fetchDocument?: FetchDocument;
}

/** The routes of the `oauth` function: the authorization server with the owner's pages. The server is built at the first request. */
export function createOauth(options: OauthOptions): FunctionRoutes {
  const { database, rateLimiter, chatgpt } = options;
  const provider = createOnce(() => buildProvider(options));
  const interactions = createInteractions({ database, provider, chatgptClientId: chatgpt?.clientId ?? null });
  const routes = createRoutes({ database, rateLimiter, provider, pages: options.pages(interactions) });
  return { name: "oauth", routes };
}

function buildProvider(options: OauthOptions): Provider {
  const { database, rateLimiter, signingKey, chatgpt, logger } = options;
  const baseUrl = options.baseUrl();
  return createProvider({
    database,
    issuer: `${baseUrl}/oauth`,
    resource: resourceOf(baseUrl),
    signingKey,
    chatgpt,
    logger,
    fetchDocument: options.fetchDocument ?? createFetchDocument(),
    allowFetch: async () => {
      await onDatabase(() => limitCalls(rateLimiter, LIMITS.fetch));
      return true;
    },
  });
}

function createOnce<T>(create: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: create() };
    return made.value;
  };
}
