import type { Provider } from "oidc-provider";
import type { Database } from "#shared/database/database.ts";
import { readBytes } from "#shared/http/read-json-body.ts";
import type { Route } from "#shared/http/route.ts";
import type { RateLimiter } from "#shared/rate-limiter/rate-limiter.ts";
import { answerErrors } from "../answer-errors.ts";
import { LIMITS, limitCalls } from "../flood-limits.ts";
import { askProvider } from "../provider/ask-provider.ts";
import { toAuthorizationQuery } from "../requests/authorization-request.ts";
import { toMetadata } from "../requests/metadata.ts";
import { toRegistration } from "../requests/registration.ts";
import { toFormBody } from "../requests/token-request.ts";
import { countWaitingClients, purgeExpired } from "../store/housekeeping.ts";
import { createOwnerRoutes, type OwnerPages } from "./owner-routes.ts";
import { BODY_LIMIT_BYTES, place } from "./place.ts";

/** What the routes lead to. */
export interface RoutesOptions {
  readonly database: Database;
  readonly rateLimiter: RateLimiter;
  /** The server that a request was meant for, by its address. */
  readonly providerOf: (request: Request) => Provider;
  readonly pages: OwnerPages;
}

/** Every path of the function. The owner's pages come last: they have what is left. */
export function createRoutes(options: RoutesOptions): readonly Route[] {
  return [
    ...createAuthorizationRoutes(options),
    ...["/token", "/revoke", "/introspect"].map((path) => createFormRoute(options, path)),
    createRegistrationRoute(options),
    ...createDiscoveryRoutes(options),
    ...createOwnerRoutes(options.pages),
  ];
}

function createAuthorizationRoutes({ providerOf, rateLimiter, database }: RoutesOptions): readonly Route[] {
  return [
    {
      ...place("GET", "/oauth/authorize"),
      crossOrigin: false,
      answer: answerErrors("html", async (request) => {
        await limitCalls(rateLimiter, LIMITS.authorize);
        await purgeExpired(database);
        const query = toAuthorizationQuery(new URL(request.url).searchParams);
        return askProvider(providerOf(request), request, `/authorize?${query}`);
      }),
    },
    {
      ...place("GET", "/oauth/authorize/{uid}"),
      crossOrigin: false,
      answer: answerErrors("html", (request) => {
        const { pathname } = new URL(request.url);
        return askProvider(providerOf(request), request, pathname.slice(pathname.lastIndexOf("/authorize/")));
      }),
    },
  ];
}

/** A path that takes a form from a client, or the same as JSON. */
function createFormRoute({ providerOf, rateLimiter }: RoutesOptions, path: string): Route {
  return {
    ...place("POST", `/oauth${path}`),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    answer: answerErrors("json", async (request) => {
      await limitCalls(rateLimiter, LIMITS.token);
      const bytes = await readBytes(request, BODY_LIMIT_BYTES);
      const { contentType, body } = toFormBody(request.headers.get("content-type"), bytes);
      return askProvider(providerOf(request), withContentType(request, contentType), path, body);
    }),
  };
}

function createRegistrationRoute({ providerOf, rateLimiter, database }: RoutesOptions): Route {
  return {
    ...place("POST", "/oauth/register"),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    answer: answerErrors("json", async (request) => {
      await limitCalls(rateLimiter, LIMITS.register);
      const registration = toRegistration(await readBytes(request, BODY_LIMIT_BYTES));
      if (registration instanceof Response) return registration;
      await countWaitingClients(database);
      return askProvider(
        providerOf(request),
        withContentType(request, "application/json"),
        "/register",
        registration,
      );
    }),
  };
}

/**
 * The metadata, where clients look for it (RFC 8414 §3.1, OpenID Connect Discovery §4.1): below the function, which works on every
 * host, and at the root, which is this function's only on one machine.
 */
function createDiscoveryRoutes({ providerOf }: RoutesOptions): readonly Route[] {
  const documents = ["openid-configuration", "oauth-authorization-server"].flatMap((name) =>
    [`/.well-known/${name}`, `/.well-known/${name}/oauth`].map(
      (path): Route => ({
        ...place("GET", `/oauth${path}`, [path]),
        answer: answerErrors("json", async (request) =>
          toMetadata(await askProvider(providerOf(request), request, `/.well-known/${name}`)),
        ),
      }),
    ),
  );
  const keys: Route = {
    ...place("GET", "/oauth/jwks"),
    answer: answerErrors("json", (request) => askProvider(providerOf(request), request, "/jwks")),
  };
  return [...documents, keys];
}

function withContentType({ url, method, headers }: Request, contentType: string): Request {
  const changed = new Headers(headers);
  changed.set("content-type", contentType);
  return new Request(url, { method, headers: changed });
}
