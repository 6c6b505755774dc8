import { isOnThisDevice, isRedirectUri } from "./redirect-uri.ts";

const MAX_REDIRECT_URIS = 20;
const MAX_NAME_CHARACTERS = 100;

/** What a client says of itself that is of use here; the rest is dropped unread. */
const KEPT = ["client_id", "client_uri", "token_endpoint_auth_method", "jwks", "jwks_uri"] as const;

/** The metadata, or a sentence that says what is wrong with it. */
export type ParsedMetadata =
  | { readonly metadata: Readonly<Record<string, unknown>> }
  | { readonly fault: string; readonly field: "redirect_uris" | "other" };

/**
 * Takes from a client's own description (RFC 7591 §2, or a client ID metadata document) what this server uses: scopes are decided by
 * the owner, logos are not shown, and everything is bounded.
 */
export function parseClientMetadata(value: unknown): ParsedMetadata {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { fault: "client metadata must be a JSON object", field: "other" };
  }
  const given: Readonly<Record<string, unknown>> = { ...value };
  const redirectUris = given["redirect_uris"];
  if (!Array.isArray(redirectUris) || redirectUris.length === 0 || redirectUris.length > MAX_REDIRECT_URIS) {
    return { fault: `redirect_uris must hold 1 to ${MAX_REDIRECT_URIS} addresses`, field: "redirect_uris" };
  }
  if (!redirectUris.every(isRedirectUri)) {
    return {
      fault: "redirect_uris must be https addresses, or http on localhost, without a fragment",
      field: "redirect_uris",
    };
  }
  const keys = given["jwks_uri"];
  if (keys !== undefined && !(typeof keys === "string" && keys.startsWith("https://"))) {
    return { fault: "jwks_uri must be an https address", field: "other" };
  }
  const kept = KEPT.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]);
  return {
    metadata: {
      ...Object.fromEntries(kept),
      ...toName(given["client_name"]),
      redirect_uris: redirectUris,
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      // A program on the reader's machine cannot know its port beforehand (RFC 8252 §7.3).
      application_type: redirectUris.some(isOnThisDevice) ? "native" : "web",
    },
  };
}

/** A name that fits on a page: control, format and line characters could make it look like another's. */
function toName(given: unknown): { readonly client_name?: string } {
  if (typeof given !== "string") return {};
  const name = given
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, MAX_NAME_CHARACTERS);
  return name === "" ? {} : { client_name: name };
}
