import { once } from "node:events";
import { createServer } from "node:http";
import { PassThroughClient } from "google-auth-library";
import { createMcp } from "#functions/mcp/create-mcp.ts";
import type { ChatgptClient } from "#functions/oauth/clients/chatgpt-client.ts";
import { createOauthWithPages } from "#functions/oauth/create-oauth-with-pages.ts";
import { createQuery } from "#functions/query/create-query.ts";
import { createBigqueryWarehouse } from "#functions/query/warehouse/warehouse-bigquery/create-bigquery-warehouse.ts";
import { loadEdgeSettings } from "#shared/config/edge-settings.ts";
import { createGate } from "#shared/http/gate.ts";
import type { Pipeline } from "#shared/http/pipeline.ts";
import { createFunctionPipeline } from "#shared/http/serve-function.ts";
import { type HttpFunction, serveNode } from "#shared/http/serve-node.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createSigningKey } from "#shared/signing/create-signing-key.ts";
import { createProcessSender } from "../../../local/send-within-process.ts";
import { startBigqueryStandIn } from "../../support/bigquery/stand-in.ts";
import { createVisitor, type Visitor } from "../oauth/pages/browse.ts";
import { PASSPHRASE, setPassphrase } from "../oauth/pages/serve-owner-pages.ts";
import { openPglite } from "../oauth/support/databases.ts";
import { type DocumentHost, startDocumentHost } from "../oauth/support/document-host.ts";
import { SIGN_IN } from "./serve-owner.fixture.ts";

/**
 * The functions that a sign-in passes, on one port of this process, with an internet of the test's own. As on the cloud's shared host
 * the first segment of a path is the function, and nothing answers at `/.well-known/`.
 */
export interface ServedSignIn {
  /** Like http://127.0.0.1:43210. */
  readonly url: string;
  /** Serves the documents of clients. */
  readonly documents: DocumentHost;
  /** A browser in which the owner is signed in. */
  readonly owner: Visitor;
  /** How often a client was registered. */
  registrations(): number;
  stop(): Promise<void>;
}

/** Starts it over a database of its own, with statements that a stand-in for BigQuery answers. */
export async function serveSignIn(chatgpt: ChatgptClient): Promise<ServedSignIn> {
  let registrations = 0;
  const logger = createLogger({}, () => undefined);
  const [opened, documents, bigquery] = await Promise.all([
    openPglite(),
    startDocumentHost(),
    startBigqueryStandIn(),
  ]);
  const { database } = opened;
  await setPassphrase(database);
  const edge = loadEdgeSettings({});
  const gate = createGate(edge, { database });
  const signingKey = createSigningKey();
  const warehouse = createBigqueryWarehouse({
    authClient: new PassThroughClient(),
    projectId: "stand-in",
    apiEndpoint: bigquery.endpoint,
  });
  const pipelines = new Map<string, Pipeline>();
  const functions = new Map<string, HttpFunction>();
  for (const routes of [
    createQuery({ warehouse, signingKey }),
    createMcp({
      send: createProcessSender((name) => pipelines.get(name)),
      origins: { allowedOrigins: [], checkHost: true },
      issuerPath: "/oauth",
      warehouseTakesWrites: false,
    }),
    createOauthWithPages({
      database,
      gate,
      publicBaseUrl: null,
      settings: { signingKey, chatgpt, owner: { google: null } },
      logger,
      fetchDocument: documents.fetchDocument,
    }),
  ]) {
    const pipeline = createFunctionPipeline(routes, edge, logger, gate);
    pipelines.set(routes.name, pipeline);
    functions.set(routes.name, serveNode(pipeline, null));
  }
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/oauth/register")) registrations += 1;
    const serve = functions.get(request.url?.split(/[/?]/, 2)[1] ?? "");
    if (serve === undefined) response.writeHead(404).end();
    else void serve(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const owner = createVisitor(url);
  await owner.submit(SIGN_IN, SIGN_IN, { passphrase: PASSPHRASE });
  return {
    url,
    documents,
    owner,
    registrations: () => registrations,
    async stop() {
      server.closeAllConnections();
      server.close();
      await warehouse.close();
      await Promise.all([documents.close(), bigquery.close(), opened.close()]);
    },
  };
}
