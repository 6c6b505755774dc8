import type { RunningServer } from "../../support/start-server.ts";

/** The revision that needs no handshake. */
const REVISION = "2026-07-28";

/** Sends a body to the endpoint as a client of the 2025 revisions would, with further headers. */
export function sendRaw(
  server: Pick<RunningServer, "request">,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return server.request("/mcp", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: typeof body === "string" || body instanceof Uint8Array ? (body as BodyInit) : JSON.stringify(body),
  });
}

/** Sends one request of the current revision. */
export function sendModern(
  server: Pick<RunningServer, "request">,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": { name: "test-client", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const name = params["name"] ?? params["uri"];
  const body = { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } };
  return sendRaw(server, body, {
    "mcp-protocol-version": REVISION,
    "mcp-method": method,
    ...(typeof name === "string" ? { "mcp-name": name } : {}),
    ...headers,
  });
}

/** The one message of an answer, from JSON or from a stream of events. */
export async function messageOf(response: Response): Promise<{
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}> {
  const text = await response.text();
  const [, data] = /^data: (.*)$/m.exec(text) ?? [];
  return JSON.parse(data ?? text);
}
