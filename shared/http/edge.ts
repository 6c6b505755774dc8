import { subscribe } from "node:diagnostics_channel";
import domain from "node:domain";
import type { IncomingMessage, Server } from "node:http";
import { getBuiltinModule } from "node:process";
import { answerClientError } from "./client-error.ts";
import { drainOnSignals } from "./drain.ts";

/** What a request said before the framework saw it. */
export interface RawRequest {
  readonly url: string;
  readonly contentLength: string | undefined;
  readonly transferEncoding: string | undefined;
}

/** Not imported: that asks for every name of the module, which loads `fetch` with all that belongs to it at each cold start. */
const http = getBuiltinModule("node:http");

const RAW = Symbol.for("edge.raw-request");

interface MarkedRequest extends IncomingMessage {
  [RAW]?: RawRequest;
}

/**
 * Takes the edge from functions-framework by Node's diagnostics channels (https://nodejs.org/api/diagnostics_channel.html#http).
 * The framework would inflate and parse bodies of up to 1 GiB before any of our code runs, print malformed ones, answer bad paths in
 * HTML and stop without draining. Hiding the body's headers and the path makes its parsers and route rules skip; the pipeline
 * then reads the untouched stream with its own limits.
 * Call it once, before any server listens.
 */
export function installEdge(): void {
  avoidDomains();
  subscribe("http.server.request.start", (message) => {
    const request = requestOf(message);
    if (request === null || request[RAW] !== undefined) return;
    request[RAW] = {
      url: request.url ?? "/",
      contentLength: request.headers["content-length"],
      transferEncoding: request.headers["transfer-encoding"],
    };
    delete request.headers["content-length"];
    delete request.headers["transfer-encoding"];
    request.url = "/";
  });
  subscribe("tracing:net.server.listen:asyncEnd", (message) => {
    const server = serverOf(message);
    // The framework sets its own signal handlers when it has begun to listen: ours replace them after that.
    if (server) setImmediate(() => takeOver(server));
  });
}

/**
 * The framework runs each request in a domain (node:domain), for errors that nobody catches: the pipeline catches all of a request's.
 * The first domain makes Node follow every promise and socket for as long as the process lives, which costs a fifth of its time.
 */
function avoidDomains(): void {
  const run = (work: () => void): void => work();
  domain.create = () => Object.assign(Object.create(domain.Domain.prototype), { run, on: () => undefined });
}

/**
 * Proxies use a connection again for up to a minute (nginx: keepalive_timeout 60 s), and so do apps on a phone: a request must not
 * meet a server that has just closed the connection.
 */
const KEEP_ALIVE_MS = 75_000;

function takeOver(server: Server): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on("clientError", answerClientError);
  drainOnSignals(server);
}

/** What the request said before the edge hid it; the request itself where no edge is installed. */
export function rawRequestOf(request: MarkedRequest): RawRequest {
  return (
    request[RAW] ?? {
      url: request.url ?? "/",
      contentLength: request.headers["content-length"],
      transferEncoding: request.headers["transfer-encoding"],
    }
  );
}

/** Makes the pipeline see another target (path and query) than the client sent. */
export function rewriteTarget(request: MarkedRequest, url: string): void {
  request[RAW] = { ...rawRequestOf(request), url };
}

function requestOf(message: unknown): MarkedRequest | null {
  if (typeof message !== "object" || message === null || !("request" in message)) return null;
  return message.request as MarkedRequest;
}

function serverOf(message: unknown): Server | null {
  if (typeof message !== "object" || message === null || !("server" in message)) return null;
  return message.server instanceof http.Server ? message.server : null;
}
