import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach } from "@jest/globals";
import { PassThroughClient } from "google-auth-library";
import { createQuery } from "#functions/query/create-query.ts";
import type { Warehouse } from "#functions/query/warehouse/warehouse.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import {
  type Answer,
  type BigqueryStandIn,
  type CallKind,
  startBigqueryStandIn,
} from "../../support/bigquery/stand-in.ts";

/** Two callers with keys of their own. */
const KEYS = { ada: `codex_${"a".repeat(43)}`, noor: `codex_${"n".repeat(43)}` } as const;

/** A body of an answer with its status; tests look into bodies of every shape. */
export interface QueryAnswer {
  readonly status: number;
  /** The answer as it was sent. */
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape, and `expect` checks what they find.
  readonly body: any;
}

/** The function `query` behind the real pipeline and Node's own server, in this process. */
export interface ServedQuery {
  /** Asks `query_bigquery`, as `ada` unless told otherwise; a text is sent as it is. */
  query(request: object | string, caller?: keyof typeof KEYS, signal?: AbortSignal): Promise<QueryAnswer>;
  /** Asks an operation without a body, as `ada` unless told otherwise. */
  get(path: string, caller?: keyof typeof KEYS, signal?: AbortSignal): Promise<QueryAnswer>;
  /** Asks an operation that ends something. */
  remove(path: string, caller?: keyof typeof KEYS): Promise<QueryAnswer>;
}

/** One that runs until it is stopped. */
export interface RunningQuery extends ServedQuery {
  stop(): Promise<void>;
}

/** The key of every server. */
export const SIGNING_KEY = "k".repeat(43);

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Serves a warehouse, which is not closed with it. */
export async function serveQuery(warehouse: Warehouse): Promise<RunningQuery> {
  const serve = serveFunction(
    createQuery({ warehouse, signingKey: SIGNING_KEY }),
    {
      apiKeys: Object.entries(KEYS).map(([name, key]) => ({ name, key })),
      publicBaseUrl: null,
      corsAllowedOrigins: "*",
      executeRatePerMinute: 0,
      queryRatePerMinute: 0,
      projectId: null,
    },
    createLogger({}, () => undefined),
  );
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  const ask = async (path: string, init: RequestInit, caller: keyof typeof KEYS): Promise<QueryAnswer> => {
    const headers = { authorization: `Bearer ${KEYS[caller]}`, "content-type": "application/json" };
    const response = await fetch(`http://127.0.0.1:${address.port}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, text, body: JSON.parse(text) };
  };
  return {
    query: (request, caller = "ada", signal) =>
      ask(
        "/query",
        {
          method: "POST",
          body: typeof request === "string" ? request : JSON.stringify(request),
          ...(signal === undefined ? {} : { signal }),
        },
        caller,
      ),
    get: (path, caller = "ada", signal) => ask(path, signal === undefined ? {} : { signal }, caller),
    remove: (path, caller = "ada") => ask(path, { method: "DELETE" }, caller),
    async stop() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Serves BigQuery's adapter over a stand-in for its REST API, until the end of the test. */
export async function serveBigquery(
  answers: Partial<Record<CallKind, Answer>> = {},
): Promise<ServedQuery & { readonly standIn: BigqueryStandIn; readonly again: () => Promise<ServedQuery> }> {
  const standIn = await startBigqueryStandIn(answers);
  cleanups.push(() => standIn.close());
  const again = async () => {
    const warehouse = createBigqueryWarehouse({
      authClient: new PassThroughClient(),
      projectId: "stand-in",
      apiEndpoint: standIn.endpoint,
    });
    const served = await serveQuery(warehouse);
    cleanups.push(
      () => warehouse.close(),
      () => served.stop(),
      async () => standIn.refuseAll(),
    );
    return served;
  };
  return { ...(await again()), standIn, again };
}
