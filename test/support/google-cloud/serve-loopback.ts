import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of a stand-in on a loopback port. */
export interface Loopback {
  readonly host: string;
  readonly origin: string;
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 240_000;

/** Serves on a port that the system chooses; a handler that throws closes the connection. */
export async function serveLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Loopback> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  // Google keeps connections for minutes; one that closes after Node's five seconds may do so just when a busy client uses it again.
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    origin: `http://${host}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** The body of a request; rejects when the caller leaves before its end. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  if (!request.complete) throw new Error("the caller left");
  return Buffer.concat(chunks);
}
