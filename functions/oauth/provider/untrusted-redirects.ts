import type { KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "#shared/database/database.ts";
import { toPinned } from "../clients/chatgpt-client.ts";
import { findClientUse } from "../store/client-uses.ts";
import { onDatabase } from "../store/storage-error.ts";
import { PAGE_HEADERS, renderErrorPage } from "./error-page.ts";

/**
 * Errors of a request are sent to a client only once the owner has approved that client: anybody can register one, and would otherwise
 * make this server's address lead to a page of theirs (RFC 9700 §4.11.2).
 */
export function keepStrangersHere(database: Database, issuer: string) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const location = context.res.getHeader("location");
    if (context.path !== "/authorize" || typeof location !== "string") return;
    // Every request that is not refused leads to the owner's pages first.
    if (location.startsWith(`${issuer}/interaction/`)) return;
    const { client_id: clientId, redirect_uri: redirectUri } = context.query;
    const use =
      typeof clientId === "string" ? await onDatabase(() => findClientUse(database, clientId)) : null;
    if (typeof redirectUri === "string" && use?.pinnedRedirectUri === toPinned(redirectUri)) return;
    const answer = parametersOf(location);
    context.remove("location");
    context.status = 400;
    context.set(PAGE_HEADERS);
    context.body = renderErrorPage(
      answer.get("error") ?? "invalid_request",
      answer.get("error_description") ?? "The request is not valid.",
    );
  };
}

/** What an address carries to its reader, in the query or in the fragment. */
function parametersOf(location: string): URLSearchParams {
  const { hash, searchParams } = new URL(location);
  return hash === "" ? searchParams : new URLSearchParams(hash.slice(1));
}
