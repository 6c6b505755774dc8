import { once } from "node:events";
import { createServer } from "node:http";
import type { EdgeSettings } from "#shared/config/edge-settings.ts";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";
import { createGate, type GateServices } from "#shared/http/gate.ts";
import { type Route, toBodyRoute, toPlainRoute } from "#shared/http/route.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createOperation } from "../http/serve-routes.fixture.ts";

/** The key of the settings. */
export const CONFIGURED_KEY = "configured-key-0123456789";

/** The public address of every server here. */
export const BASE_URL = "https://example.org";

/** An answer; `body.principal` says who the server took the caller for. */
export interface GateAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and `expect` checks what they find.
  readonly body: any;
}

/** Operations behind the real gate and Node's own server, in this process. */
export interface ServedGate {
  /** Like http://127.0.0.1:43210. */
  readonly url: string;
  /** Asks `/execute/who` unless told otherwise, with a credential as a bearer token. */
  ask(
    credential: string | null,
    path?: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GateAnswer>;
  /** Every log line so far. */
  logs(): string;
  stop(): Promise<void>;
}

/**
 * Serves one operation for each scope: `/execute/who`, `/execute/ask`, `/execute/write` need `execute`, `query`, `query:write`; and a
 * POST at `/execute` that answers with what it was sent.
 */
export async function serveGate(
  services: GateServices,
  settings: Partial<EdgeSettings> = {},
): Promise<ServedGate> {
  const lines: string[] = [];
  const edge: EdgeSettings = {
    apiKeys: [{ name: "configured", key: CONFIGURED_KEY }],
    publicBaseUrl: BASE_URL,
    corsAllowedOrigins: "*",
    executeRatePerMinute: 3,
    queryRatePerMinute: 0,
    projectId: null,
    ...settings,
  };
  const logger = createLogger({}, (line) => lines.push(line));
  const serve = serveFunction({ name: "execute", routes: ROUTES }, edge, logger, createGate(edge, services));
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;
  return {
    url,
    async ask(credential, path = "/execute/who", headers = {}) {
      const response = await fetch(`${url}${path}`, {
        headers: { ...(credential === null ? {} : { authorization: `Bearer ${credential}` }), ...headers },
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    logs: () => lines.join(""),
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const POSTED = createOperation({
  path: "/execute",
  method: "POST",
  scope: "execute",
  bodyLimitBytes: 1024,
  request: { type: "object" },
});

const acceptAll: ValidateFunction<object> = Object.assign(
  (input: unknown): input is object => typeof input === "object",
  {
    errors: null,
  },
);

const ROUTES: readonly Route[] = [
  ...[
    createOperation({ path: "/execute/who", scope: "execute" }),
    createOperation({ path: "/execute/ask", scope: "query" }),
    createOperation({ path: "/execute/write", scope: "query:write" }),
    createOperation({ path: "/execute/limited", scope: "execute", rate: "execute" }),
    createOperation({ path: "/execute/noted", scope: "query", audited: {} }),
  ].map((operation) => toPlainRoute(operation, async ({ principal }) => ({ principal }))),
  toBodyRoute(POSTED, acceptAll, async (input, { principal }) => ({ principal, input })),
];
