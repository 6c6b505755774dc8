import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";

/** Headers of a request that the library looks at; it gets no other, so that none can steer it. */
const PASSED_HEADERS = ["accept", "authorization", "content-type", "cookie", "origin", "user-agent"] as const;

/** What stands in a request that was put together here. */
export interface NodeRequest extends IncomingMessage {
  /** With the path before the function's own routes, by which the library knows where it is mounted. */
  originalUrl?: string;
}

/** A request and a response of Node's HTTP without a connection. */
export interface NodeExchange {
  readonly request: NodeRequest;
  readonly response: ServerResponse;
  /** Resolves once the response was ended. */
  readonly answer: Promise<Response>;
}

/**
 * Puts a web Request into the shape that Koa takes, and its answer back into a web Response: so the library stands behind the same
 * pipeline as every other function. Host and scheme are those of the issuer, whatever the caller's headers say.
 * @param path the path within the function, with the query
 */
export function createNodeExchange(
  { method, headers }: Request,
  issuer: URL,
  path: string,
  body: Buffer,
): NodeExchange {
  const request: NodeRequest = new IncomingMessage(new Socket());
  request.method = method;
  request.url = path;
  request.originalUrl = `${issuer.pathname.replace(/\/$/, "")}${path}`;
  for (const name of PASSED_HEADERS) {
    const value = headers.get(name);
    if (value !== null) request.headers[name] = value;
  }
  request.headers.host = issuer.host;
  request.headers["x-forwarded-proto"] = issuer.protocol.slice(0, -1);
  request.headers["content-length"] = String(body.byteLength);
  request.push(body);
  request.push(null);
  const response = new CapturedResponse(request);
  return { request, response, answer: response.captured };
}

/** A response that is kept instead of sent. */
class CapturedResponse extends ServerResponse {
  readonly #captured = Promise.withResolvers<Response>();
  readonly #chunks: Uint8Array[] = [];

  get captured(): Promise<Response> {
    return this.#captured.promise;
  }

  override write(chunk: unknown): boolean {
    if (typeof chunk === "string") this.#chunks.push(Buffer.from(chunk));
    else if (chunk instanceof Uint8Array) this.#chunks.push(chunk);
    return true;
  }

  override end(chunk?: unknown): this {
    this.write(chunk);
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.getHeaders())) {
      for (const item of Array.isArray(value) ? value : [value]) headers.append(name, String(item));
    }
    // The pipeline's own edge measures what it sends.
    headers.delete("content-length");
    const isEmpty = this.#chunks.length === 0 || this.statusCode === 204 || this.statusCode === 304;
    this.#captured.resolve(
      new Response(isEmpty ? null : Buffer.concat(this.#chunks), { status: this.statusCode, headers }),
    );
    return this;
  }
}
