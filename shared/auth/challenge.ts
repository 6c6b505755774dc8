import type { Scope } from "../contract/scopes.ts";
import { resourceMetadataUrl } from "./resource.ts";

/** What `WWW-Authenticate` says beside what went wrong. */
export interface ChallengeOptions {
  /** Public address without a trailing slash. */
  readonly baseUrl: string;
  /** What the client is to ask for. */
  readonly scopes: readonly Scope[];
  /** True where access tokens are taken: the challenge then says where to get one. */
  readonly takesAccessTokens: boolean;
}

/**
 * The challenge of a 401 or 403 (RFC 6750 §3, RFC 9728 §5.1). Clients that signed in refresh their token at `invalid_token`, and ask for
 * more at `insufficient_scope`.
 * @param error left out when no credential was sent (RFC 6750 §3.1)
 */
export function createChallenge(
  { baseUrl, scopes, takesAccessTokens }: ChallengeOptions,
  error?: "invalid_token" | "insufficient_scope",
): string {
  const parts = [
    'realm="code and warehouse"',
    ...(error === undefined ? [] : [`error="${error}"`]),
    `scope="${scopes.join(" ")}"`,
    ...(takesAccessTokens ? [`resource_metadata="${resourceMetadataUrl(baseUrl)}"`] : []),
  ];
  return `Bearer ${parts.join(", ")}`;
}
