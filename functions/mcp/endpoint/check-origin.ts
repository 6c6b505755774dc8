import { AppError } from "#shared/errors/app-error.ts";

/** Which pages and which names of this server a request may come with. */
export interface OriginRules {
  /** Further origins, like `https://client.example.org`. */
  readonly allowedOrigins: readonly string[];
  /**
   * True on one machine, where a page of the web can make its own name mean 127.0.0.1 (DNS rebinding): the Host header must then name
   * this server. In the cloud the provider's front end chooses the function by the host before anything is asked here.
   */
  readonly checkHost: boolean;
}

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Refuses requests that a web page of somebody else sends, as the specification demands of every server
 * (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#security-warning). Programs send no
 * Origin; pages of this machine, such as an inspector's, and of this server are welcome.
 *
 * @param baseUrl public address
 * @throws AppError `origin_not_allowed`
 */
export function checkOrigin(headers: Headers, baseUrl: string, rules: OriginRules): void {
  const own = new URL(baseUrl);
  const origin = headers.get("origin");
  if (origin !== null && !isWelcome(origin, own, rules)) {
    throw new AppError(
      "origin_not_allowed",
      "Pages of this origin may not call this server. Its owner can add the origin to MCP_ALLOWED_ORIGINS.",
    );
  }
  const host = headers.get("host");
  if (rules.checkHost && !isOwnHost(host, own)) {
    throw new AppError(
      "origin_not_allowed",
      "The Host header does not name this server. Call it by its own address, or set PUBLIC_BASE_URL to the one that you use.",
    );
  }
}

function isWelcome(origin: string, own: URL, { allowedOrigins }: OriginRules): boolean {
  if (!URL.canParse(origin)) return false;
  return origin === own.origin || allowedOrigins.includes(origin) || LOOPBACK.has(new URL(origin).hostname);
}

function isOwnHost(host: string | null, own: URL): boolean {
  const name = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : null;
  return name !== null && (name === own.hostname || LOOPBACK.has(name));
}
