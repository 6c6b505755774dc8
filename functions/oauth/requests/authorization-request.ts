import { scopesOf } from "./scopes.ts";

/** What is granted to a client that names no scope of this server: reading and running, never changing the warehouse's data. */
const DEFAULT_SCOPE = "execute query";

/**
 * Writes the query of an authorization request as the library expects it. The action editor of ChatGPT sends an empty scope, other
 * clients those of their own habit (`openid`, `offline_access`): what this server does not know is left out (RFC 6749 §3.3).
 * Answers go into the query of the redirect address and nowhere else.
 */
export function toAuthorizationQuery(search: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(search);
  // A parameter that is there twice is refused by the library, which therefore has to see both.
  if (query.getAll("scope").length <= 1) {
    query.set("scope", scopesOf(query.get("scope") ?? "").join(" ") || DEFAULT_SCOPE);
  }
  const mode = query.get("response_mode");
  if (mode !== null && mode !== "query") query.set("response_mode", "unsupported");
  return query;
}
