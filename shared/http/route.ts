import { type CallNotes, noteAnswer, noteInput } from "../audit/call-notes.ts";
import type { Principal } from "../auth/principal.ts";
import type { FunctionName, Operation } from "../contract/operation.ts";
import type { Scope } from "../contract/scopes.ts";
import type { ValidateFunction } from "../contract/validate-function.ts";
import type { Logger } from "../observability/logger.ts";
import { parseBody } from "../validation/parse-body.ts";
import { guardStream } from "./guard-stream.ts";
import type { PathValues } from "./match-path.ts";
import { parseParameters } from "./parse-parameters.ts";

/** Facts about the request that a handler may use. */
export interface RequestContext {
  readonly requestId: string;
  /** Null for operations that everybody may call. */
  readonly principal: Principal | null;
  /** What the audit trail is to know of the call. */
  readonly notes: CallNotes;
  /** Aborts when the caller leaves, the deadline passes or the server stops. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  /** The public address without a trailing slash, like `https://example.org`. */
  readonly baseUrl: string;
}

/** A path with what answers it. */
export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly aliases: readonly string[];
  /** Null for a page that is no operation: it needs no credential of the API, and has no body unless it says so. */
  readonly operation: Operation | null;
  /** Longest body of a page that takes one, in bytes. */
  readonly bodyLimitBytes?: number;
  /** A page that needs a valid credential, whatever it allows, says here what a client is told to sign in for. */
  readonly scopes?: readonly Scope[];
  /** The pipeline answers 504 after this time; a page that does not say has 10 s. */
  readonly deadlineMs?: number;
  /** The parameter at the end of a page's path that takes all segments that are left. */
  readonly rest?: string;
  /** False for what is read with a person's cookies: no other origin's page may read it (RFC 9700 §2.6). */
  readonly crossOrigin?: false;
  /** @param pathValues what stood in the path where the route has parameters, decoded and not checked */
  answer(
    request: Request,
    readBody: () => Promise<unknown>,
    context: RequestContext,
    pathValues?: PathValues,
  ): Promise<Response>;
}

/** The routes of one deployable function. */
export interface FunctionRoutes {
  /** Also the first path segment, which the cloud strips and other hosts keep. */
  readonly name: FunctionName | "docs" | "mcp" | "oauth";
  readonly routes: readonly Route[];
}

/** Joins an operation that takes a JSON body to its handler, which gets the checked body. */
export function toBodyRoute<Input>(
  operation: Operation,
  validate: ValidateFunction<Input>,
  handle: (input: Input, context: RequestContext) => Promise<unknown>,
): Route {
  return {
    ...placeOf(operation),
    async answer(_request, readBody, context) {
      const input = parseBody(validate, await readBody());
      noteInput(context.notes, operation, input);
      return toJson(await handle(input, context), context);
    },
  };
}

/** Joins an operation without a body to its handler. */
export function toPlainRoute(
  operation: Operation,
  handle: (context: RequestContext) => Promise<unknown>,
): Route {
  return {
    ...placeOf(operation),
    async answer(_request, _readBody, context) {
      return toJson(await handle(context), context);
    },
  };
}

/** Joins an operation that has parameters in its path or query, and no body, to its handler, which gets the checked parameters. */
export function toPathRoute<Parameters>(
  operation: Operation,
  validate: ValidateFunction<Parameters>,
  handle: (parameters: Parameters, context: RequestContext) => Promise<unknown>,
): Route {
  return {
    ...placeOf(operation),
    async answer(request, _readBody, context, pathValues = {}) {
      const parameters = parseParameters(operation, validate, pathValues, request.url);
      return toJson(await handle(parameters, context), context);
    },
  };
}

/**
 * Joins an operation that answers with the bytes of a file to its handler, which gets the checked parameters and the request for its
 * conditional headers, and returns a whole Response. Its body is sent as it is read when `Content-Length` is set, and the connection
 * is cut when it ends early, fails, or is not at its end by the operation's deadline. For HEAD a body is not needed.
 */
export function toStreamRoute<Parameters>(
  operation: Operation,
  validate: ValidateFunction<Parameters>,
  handle: (parameters: Parameters, request: Request, context: RequestContext) => Promise<Response>,
): Route {
  return {
    ...placeOf(operation),
    async answer(request, _readBody, context, pathValues = {}) {
      const parameters = parseParameters(operation, validate, pathValues, request.url);
      return guardStream(await handle(parameters, request, context), context);
    },
  };
}

function toJson(answer: unknown, { notes }: RequestContext): Response {
  noteAnswer(notes, answer);
  return Response.json(answer);
}

function placeOf(operation: Operation): Omit<Route, "answer"> {
  const { method, path, aliases } = operation;
  return { method, path, aliases, operation };
}
