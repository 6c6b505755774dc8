import { AppError } from "../errors/app-error.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { Principal } from "./principal.ts";

const REALM = 'Bearer realm="code and warehouse"';
const HOW_TO = "Send your API key as `Authorization: Bearer <key>` or as `X-API-Key: <key>`.";

/**
 * Finds out who calls, by `Authorization: Bearer` (RFC 6750) or `X-API-Key`.
 * @throws AppError `unauthenticated` with `WWW-Authenticate` when there is no valid credential, `conflicting_credentials` (RFC 6750
 * §3.1: more than one method) when both headers are there and differ.
 */
export function authenticate(headers: Headers, keys: ApiKeys): Principal {
  const bearer = bearerToken(headers.get("authorization"));
  const apiKey = headers.get("x-api-key")?.trim() || null;
  if (bearer !== null && apiKey !== null && bearer !== apiKey) {
    throw new AppError(
      "conflicting_credentials",
      "The request carries two different credentials. Send only one of the headers Authorization and X-API-Key.",
    );
  }
  const credential = bearer ?? apiKey;
  if (credential === null) {
    throw new AppError("unauthenticated", `The Authorization header is missing. ${HOW_TO}`, {
      headers: { "www-authenticate": REALM },
    });
  }
  const principal = keys.verify(credential);
  if (principal === null) {
    throw new AppError("unauthenticated", `This API key is not valid here. ${HOW_TO}`, {
      headers: { "www-authenticate": `${REALM}, error="invalid_token"` },
    });
  }
  return principal;
}

function bearerToken(header: string | null): string | null {
  if (header === null || header.trim() === "") return null;
  const token = /^Bearer +(\S+)$/i.exec(header.trim())?.[1];
  if (token === undefined) {
    throw new AppError(
      "unauthenticated",
      `The Authorization header is not of the form \`Bearer <key>\`. ${HOW_TO}`,
      {
        headers: { "www-authenticate": `${REALM}, error="invalid_token"` },
      },
    );
  }
  return token;
}
