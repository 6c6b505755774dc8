import type { KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "#shared/database/database.ts";
import { findClientUse } from "../store/client-uses.ts";
import { onDatabase } from "../store/storage-error.ts";
import { PAGE_HEADERS, renderErrorPage } from "./error-page.ts";

/**
 * Errors of a request are sent to a client only once the owner has approved that client: anybody can register one, and would otherwise
 * make this server's address lead to a page of theirs (RFC 9700 §4.11.2).
 */
export function keepStrangersHere(database: Database) {
  return async (context: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    if (context.path !== "/authorize") return;
    const target = URL.parse(context.response.get("location"));
    const error = target?.searchParams.get("error") ?? null;
    if (target === null || error === null || context.status >= 400) return;
    const clientId = context.query["client_id"];
    const use =
      typeof clientId === "string" ? await onDatabase(() => findClientUse(database, clientId)) : null;
    if (use?.pinnedRedirectUri === context.query["redirect_uri"]) return;
    context.remove("location");
    context.status = 400;
    context.set(PAGE_HEADERS);
    context.body = renderErrorPage(
      error,
      target.searchParams.get("error_description") ?? "The request is not valid.",
    );
  };
}
