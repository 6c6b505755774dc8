import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  Provider,
} from "oidc-provider";
import { resourceOf } from "#shared/auth/resource.ts";
import { ALL_SCOPES } from "#shared/contract/scopes.ts";
import type { Database } from "#shared/database/database.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { ChatgptClient } from "../clients/chatgpt-client.ts";
import { createClientFetch, FETCH_LIMITS } from "../clients/client-documents.ts";
import type { FetchDocument } from "../clients/fetch-document.ts";
import { createClientAdapter } from "../store/client-adapter.ts";
import { createRecordAdapter } from "../store/record-adapter.ts";
import { PAGE_HEADERS, renderErrorPage } from "./error-page.ts";
import { deriveServerKeys } from "./server-keys.ts";

/** The one account of this server: whoever may sign in is the owner. */
export const OWNER_ACCOUNT = "owner";

const DAY = 24 * 60 * 60;

/** How long things are good for, in seconds. A connection lasts a year at most, and sixty days without use. */
const LIFETIMES = {
  AccessToken: 60 * 60,
  AuthorizationCode: 60,
  Grant: 365 * DAY,
  IdToken: 60,
  Interaction: 15 * 60,
  RefreshToken: 60 * DAY,
  Session: 60 * 60,
} as const;

/** Clocks of clients that sign assertions may be wrong by so many seconds. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** What the authorization server is made of. */
export interface ProviderOptions {
  readonly database: Database;
  /** The address of this server: `https://example.org/oauth`. */
  readonly issuer: string;
  /** The one thing that tokens are for: `https://example.org/mcp`. */
  readonly resource: string;
  readonly signingKey: string;
  readonly chatgpt: ChatgptClient | null;
  readonly fetchDocument: FetchDocument;
  /** Whether another client's document may be fetched now. */
  readonly allowFetch: () => Promise<boolean>;
  readonly logger: Logger;
}

/** The settings of the library: everything is off that this product does not use. */
export function configureProvider(options: ProviderOptions): Configuration {
  const { database, chatgpt } = options;
  const { cookieKeys, jwks } = deriveServerKeys(options.signingKey);
  return {
    adapter: (kind) =>
      kind === "Client"
        ? createClientAdapter({ database, chatgpt, askedRedirectUri })
        : createRecordAdapter(database, kind),
    jwks,
    scopes: [],
    responseTypes: ["code"],
    claims: {},
    clientAuthMethods: ["none", "client_secret_basic", "client_secret_post", "private_key_jwt"],
    clientDefaults: {
      id_token_signed_response_alg: "EdDSA",
      grant_types: ["authorization_code", "refresh_token"],
    },
    enabledJWA: {
      idTokenSigningAlgValues: ["EdDSA"],
      clientAuthSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"],
    },
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    allowOmittingSingleRegisteredRedirectUri: false,
    // A client that can keep no secret, or that registered itself, proves with PKCE that the code is its own. GPT Actions sends none; its
    // state is then what ties the answer to the request (RFC 9700 §2.1.1).
    pkce: {
      required: (context, client) =>
        client.clientId !== chatgpt?.clientId || typeof context.oidc.params?.["state"] !== "string",
    },
    interactions: {
      policy: ownerDecides(),
      url: (_context, { uid }) => `${options.issuer}/interaction/${uid}`,
    },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grantId = oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : await oidc.provider.Grant.find(grantId);
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    expiresWithSession: () => false,
    ttl: LIFETIMES,
    routes: {
      authorization: "/authorize",
      introspection: "/introspect",
      jwks: "/jwks",
      registration: "/register",
      revocation: "/revoke",
      token: "/token",
    },
    cookies: cookiesOf(options.issuer, cookieKeys),
    discovery: { scopes_supported: ALL_SCOPES },
    features: featuresOf(options),
    fetch: createClientFetch(options.fetchDocument, options.logger),
    fetchResponseBodyLimits: FETCH_LIMITS,
    clientBasedCORS: () => true,
    renderError: (context, out) => {
      context.set(PAGE_HEADERS);
      context.body = renderErrorPage(out.error, out.error_description ?? "The request is not valid.");
    },
  };
}

function featuresOf({ resource, allowFetch }: ProviderOptions): NonNullable<Configuration["features"]> {
  return {
    clientIdMetadataDocument: {
      enabled: true,
      ack: "draft-02",
      allowFetch,
      cacheDuration: { min: 60, max: 60 * 60 },
    },
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    introspection: {
      enabled: true,
      // Nobody learns anything about another's token.
      allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
    },
    pushedAuthorizationRequests: { enabled: false },
    registration: { enabled: true, issueRegistrationAccessToken: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => resource,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, asked) => {
        if (!isOurs(asked, resource)) throw new errors.InvalidTarget();
        const scope = ALL_SCOPES.join(" ");
        return { scope, audience: resource, accessTokenFormat: "opaque" };
      },
    },
    // Another's token is left alone, and nobody learns whether there was one (RFC 7009 §2.2).
    revocation: {
      enabled: true,
      allowedPolicy: (_context, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  };
}

/** One machine has several names of its own. */
function isOurs(asked: string, resource: string): boolean {
  return (
    asked.endsWith("/mcp") && URL.canParse(asked) && resourceOf(asked.slice(0, -"/mcp".length)) === resource
  );
}

/**
 * Every request for authorization passes by the owner's pages, which know whether the owner is signed in and has agreed before: no session
 * of the library's own lets anything through.
 */
function ownerDecides() {
  const policy = interactionPolicy.base();
  policy.clear();
  policy.add(
    new interactionPolicy.Prompt(
      { name: "login", requestable: true },
      new interactionPolicy.Check("owner", "the owner has to decide", ({ oidc }) =>
        oidc.result?.login === undefined
          ? interactionPolicy.Check.REQUEST_PROMPT
          : interactionPolicy.Check.NO_NEED_TO_PROMPT,
      ),
    ),
  );
  policy.add(new interactionPolicy.Prompt({ name: "consent", requestable: true }));
  return policy;
}

/** Cookies that only https carries have a name that says so (draft-ietf-httpbis-rfc6265bis §4.1.3). */
function cookiesOf(issuer: string, keys: readonly string[]): NonNullable<Configuration["cookies"]> {
  const secure = issuer.startsWith("https:");
  const shared = { httpOnly: true, sameSite: "lax", secure, signed: true } as const;
  return {
    keys: [...keys],
    names: {
      session: `${secure ? "__Host-" : ""}oauth_session`,
      interaction: `${secure ? "__Secure-" : ""}oauth_interaction`,
      resume: `${secure ? "__Secure-" : ""}oauth_resume`,
    },
    long: { ...shared, path: "/" },
    short: shared,
  };
}

function askedRedirectUri(): string | null {
  const asked = (Provider.ctx as KoaContextWithOIDC | undefined)?.query["redirect_uri"];
  return typeof asked === "string" ? asked : null;
}
