import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline as pump } from "node:stream/promises";
import { AppError } from "../errors/app-error.ts";
import { toBodyStream } from "./body-stream.ts";
import { isStopping, shutdownSignal } from "./drain.ts";
import { rawRequestOf } from "./edge.ts";
import type { Pipeline } from "./pipeline.ts";

/** After an answer, what is left of a request's body is read and thrown away up to these bounds; then the connection is cut. */
const LINGER_MS = 2_000;
const LINGER_BYTES = 32 * 1024 * 1024;

/** Methods that a web Request cannot carry (https://fetch.spec.whatwg.org/#forbidden-method). */
const FORBIDDEN_METHODS = new Set(["CONNECT", "TRACE", "TRACK"]);

/** An HTTP function as functions-framework calls it. */
export type HttpFunction = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Joins a pipeline to Node's HTTP: the only place that knows the framework's request and response.
 * @param publicBaseUrl null makes the Host header decide, which is right on a loopback address alone
 */
export function serveNode(pipeline: Pipeline, publicBaseUrl: string | null): HttpFunction {
  return async (request, response) => {
    const abort = new AbortController();
    response.once("close", () => {
      if (response.writableFinished) return;
      abort.abort(
        new AppError(
          "client_closed_request",
          "The caller closed the connection before its answer was ready.",
        ),
      );
    });
    const stop = () =>
      abort.abort(
        new AppError("shutting_down", "The server is stopping. Try again in some seconds.", {
          retryAfterSeconds: 5,
        }),
      );
    shutdownSignal.addEventListener("abort", stop, { once: true });
    try {
      const baseUrl = publicBaseUrl ?? `http://${hostOf(request)}`;
      const answer = await pipeline({ request: toWebRequest(request, baseUrl, abort.signal), baseUrl });
      await send(answer, request, response);
    } finally {
      shutdownSignal.removeEventListener("abort", stop);
    }
  };
}

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/;

function hostOf(request: IncomingMessage): string {
  const { host } = request.headers;
  if (host !== undefined && LOOPBACK_HOST.test(host)) return host;
  return `127.0.0.1:${request.socket.localPort ?? 80}`;
}

function toWebRequest(request: IncomingMessage, baseUrl: string, signal: AbortSignal): Request {
  const raw = rawRequestOf(request);
  const method = request.method ?? "GET";
  const headers = new Headers();
  for (const [name, values] of Object.entries(request.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  if (raw.contentLength !== undefined) headers.set("content-length", raw.contentLength);
  const hasBody = raw.transferEncoding !== undefined || Number(raw.contentLength ?? 0) > 0;
  const takesBody = method !== "GET" && method !== "HEAD" && hasBody;
  return new Request(toUrl(raw.url, baseUrl), {
    method: FORBIDDEN_METHODS.has(method) ? "OTHER" : method,
    headers,
    signal,
    ...(takesBody ? { body: toBodyStream(request), duplex: "half" } : {}),
  });
}

function toUrl(target: string, baseUrl: string): string {
  // The target is appended, never resolved: a path like //example.org/x stays a path of this host.
  const url = target.startsWith("/") ? `${new URL(baseUrl).origin}${target}` : target;
  return URL.canParse(url) ? url : `${baseUrl}/*`;
}

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (response.destroyed) return giveUp(answer);
  if (isStopping()) response.setHeader("connection", "close");
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    // Several cookies are several headers (RFC 6265 §3).
    if (name === "set-cookie") response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  response.once("finish", () => throwRestAway(request));
  if (isStreaming(answer)) return sendStream(answer, request, response);
  const whole = Buffer.from(await answer.arrayBuffer());
  if (!LENGTHLESS.has(answer.status)) response.setHeader("content-length", whole.byteLength);
  response.end(request.method === "HEAD" ? undefined : whole);
}

/** What these answers would have as their length is another answer's (https://www.rfc-editor.org/rfc/rfc9110#section-8.6). */
const LENGTHLESS = new Set([204, 304]);

/** An answer that says its length itself, and events without an end, are sent as they come; all others are short. */
const isStreaming = ({ headers }: Response): boolean =>
  headers.has("content-length") || (headers.get("content-type")?.startsWith("text/event-stream") ?? false);

/** Sends no faster than it is read. A body that fails cuts the connection: the reader sees that bytes are missing. */
async function sendStream(
  answer: Response,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method === "HEAD" || answer.body === null) {
    await giveUp(answer);
    response.end();
    return;
  }
  const body = Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]);
  await pump(body, response).catch(() => undefined);
}

/** Lets go of a body that nobody reads. */
async function giveUp(answer: Response): Promise<void> {
  await answer.body?.cancel().catch(() => undefined);
}

function throwRestAway(request: IncomingMessage): void {
  if (request.readableEnded) return;
  let bytes = 0;
  const cut = () => request.socket.destroy();
  const timer = setTimeout(cut, LINGER_MS);
  request.once("end", () => clearTimeout(timer));
  request.once("close", () => clearTimeout(timer));
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > LINGER_BYTES) cut();
  });
  request.resume();
}
