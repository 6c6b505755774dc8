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
  /** The public address without a trailing slash; null lets the name that this machine is called by decide. */
  readonly publicBaseUrl: string | null;
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

/** One machine has a few names of its own, and a caller may make up ports. */
const MAX_ADDRESSES = 8;

/** The routes of the `oauth` function: the authorization server with the owner's pages. The server is built at the first request. */
export function createOauth(options: OauthOptions): FunctionRoutes {
  const { database, rateLimiter, chatgpt, publicBaseUrl } = options;
  const providers = new Map<string, Provider>();
  /** Each name of this machine is an issuer of its own, over the same database. */
  const providerOf = ({ url }: Request): Provider => {
    const baseUrl = publicBaseUrl ?? new URL(url).origin;
    const known = providers.get(baseUrl);
    if (known !== undefined) return known;
    if (providers.size >= MAX_ADDRESSES) providers.clear();
    const provider = buildProvider(options, baseUrl);
    providers.set(baseUrl, provider);
    return provider;
  };
  const chatgptClientId = chatgpt?.clientId ?? null;
  const interactions = createInteractions({ database, providerOf, chatgptClientId });
  const pages = options.pages(interactions);
  return { name: "oauth", routes: createRoutes({ database, rateLimiter, providerOf, pages }) };
}

function buildProvider(options: OauthOptions, baseUrl: string): Provider {
  const { database, rateLimiter, signingKey, chatgpt, logger } = options;
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
