import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { createFetchDocument, type FetchDocument } from "#functions/oauth/clients/fetch-document.ts";
import { createCertificate } from "../../../support/create-certificate.ts";

/** The public address that names have here unless a test says otherwise. */
const PUBLIC_ADDRESS = "93.184.215.14";

/** Stands in for the internet: hosts below example.com that answer what a test puts there. */
export interface DocumentHost {
  readonly fetchDocument: FetchDocument;
  /** What a URL answers: a value as JSON, or a handler. */
  put(url: string, content: object | ((request: IncomingMessage, response: ServerResponse) => void)): void;
  /** Lets a name have other addresses. */
  resolve(hostname: string, addresses: readonly string[]): void;
  /** Addresses that were connected to, and URLs that were asked for. */
  readonly connectedTo: string[];
  readonly asked: string[];
  close(): Promise<void>;
}

/** Starts it on a free local port. */
export async function startDocumentHost(): Promise<DocumentHost> {
  const { key, cert } = createCertificate(["*.example.com"]);
  const contents = new Map<string, object | ((request: IncomingMessage, response: ServerResponse) => void)>();
  const names = new Map<string, readonly string[]>();
  const connectedTo: string[] = [];
  const asked: string[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const url = `https://${request.headers.host}${request.url}`;
    asked.push(url);
    const content = contents.get(url);
    if (typeof content === "function") return content(request, response);
    response.setHeader("content-type", "application/json");
    response.statusCode = content === undefined ? 404 : 200;
    response.end(JSON.stringify(content ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    fetchDocument: createFetchDocument({
      lookup: async (hostname) =>
        (names.get(hostname) ?? [PUBLIC_ADDRESS]).map((found) => ({
          address: found,
          family: found.includes(":") ? 6 : 4,
        })),
      port,
      ca: cert,
      toAddress: (checked) => {
        connectedTo.push(checked);
        return "127.0.0.1";
      },
    }),
    put: (url, content) => void contents.set(url, content),
    resolve: (hostname, addresses) => void names.set(hostname, addresses),
    connectedTo,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
