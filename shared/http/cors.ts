/** Which web pages may call: `*` for all, else a list of origins. Keys travel in headers, never in cookies, so `*` gives nothing away. */
export type AllowedOrigins = "*" | readonly string[];

const MAX_AGE_SECONDS = 86_400;

/** Reads the setting: `*`, or origins with commas between them. */
export function parseAllowedOrigins(setting: string): AllowedOrigins {
  if (setting.trim() === "*") return "*";
  return setting
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "");
}

/** The headers that let a page of the request's origin read the answer (https://fetch.spec.whatwg.org/#http-cors-protocol). */
export function corsHeaders(request: Request, allowed: AllowedOrigins): Record<string, string> {
  const expose = {
    "access-control-expose-headers":
      "Retry-After, WWW-Authenticate, X-Request-Id, Content-Disposition, Content-Range, ETag, Mcp-Session-Id",
  };
  if (allowed === "*") return { "access-control-allow-origin": "*", ...expose };
  const origin = request.headers.get("origin");
  if (origin === null || !allowed.includes(origin)) return { vary: "Origin" };
  return { "access-control-allow-origin": origin, vary: "Origin", ...expose };
}

/** Answers a preflight for a path that has these methods. */
export function answerPreflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      allow: methods.join(", "),
      "access-control-allow-methods": methods.join(", "),
      "access-control-allow-headers":
        "Authorization, Content-Type, X-API-Key, Traceparent, Range, If-Range, If-None-Match, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id",
      "access-control-max-age": String(MAX_AGE_SECONDS),
    },
  });
}
