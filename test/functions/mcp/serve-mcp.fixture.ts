import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createHttpSender } from "#functions/mcp/client/send-over-http.ts";
import { createMcp } from "#functions/mcp/create-mcp.ts";
import type { Scope } from "#shared/contract/scopes.ts";
import { createGate } from "#shared/http/gate.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import type { RunningServer } from "../../support/start-server.ts";

/** What a function answers in place of the real one. */
export type FakeFunction = (request: IncomingMessage, response: ServerResponse) => void;

/** The endpoint in this process, in front of functions that a test makes up. */
export interface ServedMcp extends Pick<RunningServer, "url" | "key" | "request" | "logs"> {
  /** Takes the place of every function from now on. */
  answerWith(fake: FakeFunction): void;
  /** Ends the functions, so that nobody listens at their address. */
  stopFunctions(): Promise<void>;
  stop(): Promise<void>;
}

const SETTINGS = {
  apiKeys: [],
  publicBaseUrl: null,
  corsAllowedOrigins: "*",
  executeRatePerMinute: 0,
  queryRatePerMinute: 0,
  projectId: null,
};

/** Serves the endpoint to one credential, `a-token`, that allows `scopes`. */
export async function serveMcp(scopes: readonly Scope[]): Promise<ServedMcp> {
  const lines: string[] = [];
  const key = "a-token";
  let current: FakeFunction = (_request, response) => response.writeHead(500).end();
  const functions = createServer((request, response) => current(request, response));
  const functionsUrl = await listen(functions);
  const routes = createMcp({
    send: createHttpSender(() => functionsUrl),
    origins: { allowedOrigins: [], checkHost: true },
    issuerPath: "/oauth",
    warehouseTakesWrites: true,
  });
  const principal = { id: "oauth:owner:test", name: "test", client: "test", scopes };
  const gate = {
    ...createGate(SETTINGS),
    takesAccessTokens: true,
    verifier: { verify: async (credential: string) => (credential === key ? principal : null) },
  };
  const logger = createLogger({}, (line) => lines.push(line));
  const serve = serveFunction(routes, SETTINGS, logger, gate);
  const server = createServer((request, response) => void serve(request, response));
  const url = await listen(server);
  return {
    url,
    key,
    request(path, init = {}) {
      const headers = new Headers(init.headers);
      if (!headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
      return fetch(`${url}${path}`, { ...init, headers });
    },
    logs: () => lines.join(""),
    answerWith: (fake) => {
      current = fake;
    },
    stopFunctions: () => close(functions),
    stop: async () => {
      await close(server);
      await close(functions);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
