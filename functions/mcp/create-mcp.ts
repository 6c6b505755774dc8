import { randomUUID } from "node:crypto";
import { createMcpHandler, ProtocolErrorCode } from "@modelcontextprotocol/server";
import { authorize } from "#shared/auth/authorize.ts";
import type { Principal } from "#shared/auth/principal.ts";
import { EXECUTE_BODY_LIMIT_BYTES } from "#shared/contract/limits.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { guardStream, type StreamGuard } from "#shared/http/guard-stream.ts";
import type { FunctionRoutes, RequestContext, Route } from "#shared/http/route.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import { createFunctionClient } from "./client/create-function-client.ts";
import type { SendToFunction } from "./client/function-client.ts";
import { createServer } from "./create-server.ts";
import { type Cancellations, createCancellations } from "./endpoint/cancellations.ts";
import { checkOrigin, type OriginRules } from "./endpoint/check-origin.ts";
import { toJsonRpcError } from "./endpoint/json-rpc-error.ts";
import { type Message, readMessages } from "./endpoint/read-messages.ts";
import { requiredScope } from "./endpoint/required-scope.ts";
import {
  createResourceMetadata,
  EVERYDAY_SCOPES,
  RESOURCE_METADATA_PATH,
} from "./endpoint/resource-metadata.ts";

/** A program with its files, and the protocol's words around it. */
const BODY_LIMIT_BYTES = EXECUTE_BODY_LIMIT_BYTES + 1024 * 1024;

/** Longer than any operation takes; what takes longer is answered with a handle. */
const DEADLINE_MS = 60_000;

const SESSION_HEADER = "mcp-session-id";

/** What the function is built with. */
export interface McpOptions {
  readonly send: SendToFunction;
  readonly origins: OriginRules;
  /** The path of the issuer below the public address, like `/oauth`; null where nobody can sign in. */
  readonly issuerPath: string | null;
  /** True when the warehouse takes statements that write, from those who may. */
  readonly warehouseTakesWrites: boolean;
}

/** The function `mcp`: the Model Context Protocol's Streamable HTTP, without sessions, and the metadata by which clients find the sign-in. */
export function createMcp(options: McpOptions): FunctionRoutes {
  const cancellations = createCancellations();
  return {
    name: "mcp",
    routes: [
      {
        method: "POST",
        path: "/mcp",
        aliases: [],
        operation: null,
        scopes: EVERYDAY_SCOPES,
        bodyLimitBytes: BODY_LIMIT_BYTES,
        deadlineMs: DEADLINE_MS,
        answer: (request, readBody, context) =>
          answer(request, readBody, context, { ...options, cancellations }),
      },
      createMetadataRoute(options),
    ],
  };
}

function createMetadataRoute({ issuerPath }: McpOptions): Route {
  return {
    method: "GET",
    path: RESOURCE_METADATA_PATH,
    // RFC 9728 §3.1 puts the resource's path behind the well-known one; on a host of our own both are served.
    aliases: ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"],
    operation: null,
    answer: async (_request, _readBody, { baseUrl }) =>
      Response.json(createResourceMetadata(baseUrl, issuerPath === null ? null : `${baseUrl}${issuerPath}`), {
        headers: { "cache-control": "public, max-age=300" },
      }),
  };
}

type Dependencies = McpOptions & { readonly cancellations: Cancellations };

async function answer(
  request: Request,
  readBody: () => Promise<unknown>,
  context: RequestContext,
  dependencies: Dependencies,
): Promise<Response> {
  const { principal, baseUrl, requestId } = context;
  const takesAccessTokens = dependencies.issuerPath !== null;
  if (principal === null) throw new Error("The pipeline lets nobody in without a principal.");
  try {
    checkOrigin(request.headers, baseUrl, dependencies.origins);
    const body = await readBody();
    const messages = readMessages(body);
    for (const message of messages) {
      const scope = requiredScope(message);
      if (scope !== null) authorize(principal, scope, { baseUrl, takesAccessTokens });
    }
    return await serve({ request, body, messages, principal, context, dependencies });
  } catch (thrown) {
    context.signal.throwIfAborted();
    const error = AppError.from(thrown);
    if (error.cause !== undefined)
      context.logger.log("ERROR", error.message, { ...describeCause(error.cause) });
    return toJsonRpcError(error, requestId);
  }
}

interface Exchange {
  readonly request: Request;
  readonly body: unknown;
  readonly messages: readonly Message[];
  readonly principal: Principal;
  readonly context: RequestContext;
  readonly dependencies: Dependencies;
}

async function serve({
  request,
  body,
  messages,
  principal,
  context,
  dependencies,
}: Exchange): Promise<Response> {
  const [only] = messages;
  if (only?.method === "subscriptions/listen") return refuseSubscription(only.id);
  const { cancellations, send, warehouseTakesWrites } = dependencies;
  const { baseUrl, logger, requestId } = context;
  const session = request.headers.get(SESSION_HEADER);
  cancellations.cancel(principal.id, session, messages);
  const call = cancellations.open(principal.id, session, messages);
  const signal = AbortSignal.any([context.signal, call.signal]);
  const functions = createFunctionClient(send, { headers: request.headers, baseUrl });
  const caller = { principal, functions, baseUrl, logger, warehouseTakesWrites };
  const handler = createMcpHandler(() => createServer(caller, requestId, signal), {
    onerror: (error) => logger.log("INFO", "A message was refused.", { ...describeCause(error) }),
  });
  // The body is read already; the library takes the rest, and hears by the signal that the client has left or cancels.
  const rest = new Request(request.url, { method: request.method, headers: request.headers, signal });
  const response = await handler.fetch(rest, { parsedBody: body });
  labelSession(response, messages, session);
  return watch(response, { signal, logger }, call.close);
}

/** Nothing here changes while a client looks, and an open stream would keep an instance of the cloud alive for nothing. */
function refuseSubscription(id: string | number | null): Response {
  const error = { code: ProtocolErrorCode.MethodNotFound, message: "This server has no subscriptions." };
  return Response.json({ jsonrpc: "2.0", id, error }, { status: 404 });
}

/** Gives a new client of the 2025 revisions a label for its calls: it names what the client cancels, and nothing is kept under it. */
function labelSession(response: Response, messages: readonly Message[], session: string | null): void {
  if (session !== null || !response.ok || !messages.some(({ method }) => method === "initialize")) return;
  response.headers.set(SESSION_HEADER, randomUUID());
}

/** Lets a stream of events end with its signal, and calls `close` when the answer has ended. */
function watch(response: Response, guard: StreamGuard, close: () => void): Response {
  if (response.body === null || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
    close();
    return response;
  }
  const { status, headers } = response;
  return guardStream(new Response(onEnd(response.body, close), { status, headers }), guard);
}

/** The same body; `close` is called when it has been read, has failed or is not wanted any more. */
function onEnd(body: ReadableStream<Uint8Array>, close: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await reader.read().catch((thrown: unknown) => {
          close();
          throw thrown;
        });
        if (!done) return controller.enqueue(value);
        close();
        controller.close();
      },
      cancel(reason) {
        close();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
