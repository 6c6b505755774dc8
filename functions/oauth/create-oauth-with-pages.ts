import type { Database } from "#shared/database/database.ts";
import type { Gate } from "#shared/http/gate.ts";
import type { FunctionRoutes } from "#shared/http/route.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { FetchDocument } from "./clients/fetch-document.ts";
import type { OauthSettings } from "./config.ts";
import { createOauth } from "./create-oauth.ts";
import { createGoogleSignIn } from "./owner/google-sign-in.ts";
import { createOwnerPages } from "./pages/create-owner-pages.ts";

/** What a process has that serves the function. */
export interface OauthServices {
  readonly database: Database;
  /** Its limits and its audit trail. */
  readonly gate: Gate;
  readonly publicBaseUrl: string | null;
  readonly settings: OauthSettings & { readonly signingKey: string };
  readonly logger: Logger;
  /** Fetches the documents of clients; from the internet by default. */
  readonly fetchDocument?: FetchDocument;
}

/** The routes of the function with the owner's real pages, as both compositions serve it. */
export function createOauthWithPages(services: OauthServices): FunctionRoutes {
  const { database, gate, publicBaseUrl, settings, logger } = services;
  const { signingKey, chatgpt } = settings;
  const { rateLimiter, auditTrail } = gate;
  const google =
    settings.owner.google === null ? null : createGoogleSignIn({ ...settings.owner.google, signingKey });
  return createOauth({
    database,
    publicBaseUrl,
    signingKey,
    chatgpt,
    rateLimiter,
    logger,
    ...(services.fetchDocument === undefined ? {} : { fetchDocument: services.fetchDocument }),
    pages: (interactions) =>
      createOwnerPages({
        database,
        rateLimiter,
        interactions,
        google,
        audit: auditTrail,
        signingKey,
        logger,
      }),
  });
}
