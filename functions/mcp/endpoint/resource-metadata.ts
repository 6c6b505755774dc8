import { ALL_SCOPES, type Scope } from "#shared/contract/scopes.ts";

/** Where the document is; clients learn it from `WWW-Authenticate`. */
export const RESOURCE_METADATA_PATH = "/mcp/.well-known/oauth-protected-resource";

/** What clients sign in for at first; more is asked for when a call needs it. */
export const EVERYDAY_SCOPES: readonly Scope[] = ALL_SCOPES.filter((scope) => scope !== "query:write");

/**
 * The document of OAuth 2.0 Protected Resource Metadata (RFC 9728) of the one resource of this bundle.
 *
 * @param baseUrl public address without a trailing slash
 * @param authorizationServer the issuer, null where nobody can sign in
 */
export function createResourceMetadata(baseUrl: string, authorizationServer: string | null): object {
  return {
    resource: `${baseUrl}/mcp`,
    ...(authorizationServer === null ? {} : { authorization_servers: [authorizationServer] }),
    scopes_supported: EVERYDAY_SCOPES,
    bearer_methods_supported: ["header"],
    resource_name: "Code and Warehouse",
    resource_documentation: `${baseUrl}/docs`,
  };
}
