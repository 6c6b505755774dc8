/** Names of this machine alone: whichever of them a caller uses, it is the same server. */
const LOOPBACK_NAMES = new Set(["localhost", "[::1]"]);

/**
 * The one resource of all functions (RFC 8707), which every access token is made for.
 * @param baseUrl public address without a trailing slash
 */
export function resourceOf(baseUrl: string): string {
  const url = new URL(`${baseUrl}/mcp`);
  if (LOOPBACK_NAMES.has(url.hostname)) url.hostname = "127.0.0.1";
  return url.href;
}

/** Where the resource's metadata lies (RFC 9728 §5.1): below the function `mcp`, as the root of the cloud's host is not ours. */
export function resourceMetadataUrl(baseUrl: string): string {
  return `${baseUrl}/mcp/.well-known/oauth-protected-resource`;
}
