import { randomUUID } from "node:crypto";
import { afterAll, beforeAll } from "@jest/globals";
import { openPglite } from "./databases.ts";
import { type DocumentHost, startDocumentHost } from "./document-host.ts";
import { NO_LIMITS } from "./limiters.ts";
import { createPkce, toAuthorizeUrl } from "./registered-client.ts";
import { serveOauth, type TestServer } from "./serve-oauth.ts";
import { postForm, type TokenAnswer } from "./token-request.ts";

/** Where clients of these tests take their codes. */
export const CALLBACK = "https://app.example.com/callback";

/** A server, and an internet on which clients publish their documents. */
export interface DocumentWorld {
  readonly host: DocumentHost;
  readonly server: TestServer;
  /** Serves the same from the same database as another instance does, with nothing in memory. The caller closes it. */
  serveAnother(): Promise<TestServer>;
}

/** Starts one for the tests of a file. @returns gives it, once the tests run */
export function useDocumentWorld(): () => DocumentWorld {
  let opened: Awaited<ReturnType<typeof openPglite>>;
  let host: DocumentHost;
  let server: TestServer;
  beforeAll(async () => {
    opened = await openPglite();
    host = await startDocumentHost();
    const { database } = opened;
    server = await serveOauth({ database, fetchDocument: host.fetchDocument, rateLimiter: NO_LIMITS });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await host.close();
    await opened.close();
  });
  return () => ({
    host,
    server,
    serveAnother: () =>
      serveOauth({
        database: opened.database,
        fetchDocument: host.fetchDocument,
        baseUrl: server.url,
      }),
  });
}

/** What a client publishes at its address. */
export function documentOf(id: string, more: object = {}): object {
  return {
    client_id: id,
    client_name: "App",
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: "none",
    ...more,
  };
}

/** A client identifier that no test before has used: documents are kept for a while. */
export function createId(name = "app.example.com"): string {
  return `https://${name}/${randomUUID()}/client.json`;
}

/** Where a client sends its reader, and what proves later that it was this client. */
export function toAuthorization(
  server: TestServer,
  id: string,
  parameters: Readonly<Record<string, string>> = {},
): { readonly url: URL; readonly verifier: string } {
  const { verifier, challenge } = createPkce();
  const url = toAuthorizeUrl(server, id, {
    redirect_uri: CALLBACK,
    code_challenge: challenge,
    ...parameters,
  });
  return { url, verifier };
}

/** Redeems the code that came back to a client. */
export function redeem(
  server: TestServer,
  {
    id,
    answer,
    verifier,
    more = {},
  }: {
    readonly id: string;
    readonly answer: URL;
    readonly verifier: string;
    readonly more?: Readonly<Record<string, string>>;
  },
): Promise<TokenAnswer> {
  return postForm(server, "/token", {
    grant_type: "authorization_code",
    client_id: id,
    code: answer.searchParams.get("code") ?? "",
    code_verifier: verifier,
    redirect_uri: CALLBACK,
    ...more,
  });
}
