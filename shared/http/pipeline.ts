import { randomUUID } from "node:crypto";
import { type CallNotes, createCallNotes } from "../audit/call-notes.ts";
import type { Principal } from "../auth/principal.ts";
import type { Operation, Rate } from "../contract/operation.ts";
import { AppError } from "../errors/app-error.ts";
import { describeCause } from "../observability/describe-cause.ts";
import type { Logger } from "../observability/logger.ts";
import { logAccess } from "./access-log.ts";
import { admit, identify } from "./admit.ts";
import { type AllowedOrigins, answerPreflight, corsHeaders } from "./cors.ts";
import { chooseRoute, type FoundRoute, methodsOf, routesOf } from "./find-route.ts";
import type { Gate } from "./gate.ts";
import { readJsonBody, refuseBodyByHeaders } from "./read-json-body.ts";
import { recordCall } from "./record-call.ts";
import { renderError } from "./render-error.ts";
import type { FunctionRoutes } from "./route.ts";
import { readTrace, toTraceFields } from "./trace.ts";

/** Pages and public operations have this long. */
const PAGE_DEADLINE_MS = 10_000;

/** What the pipeline of one function is built with. */
export interface PipelineOptions {
  readonly functionRoutes: FunctionRoutes;
  readonly gate: Gate;
  /** Calls a minute for each principal; 0 for no limit. */
  readonly ratePerMinute: Readonly<Record<Rate, number>>;
  readonly allowedOrigins: AllowedOrigins;
  readonly logger: Logger;
  /** Google Cloud project of the traces, or null. */
  readonly projectId: string | null;
}

/** A request as the edge hands it in. */
export interface Exchange {
  readonly request: Request;
  /** Public address without a trailing slash. */
  readonly baseUrl: string;
}

/** Answers every request; never rejects. */
export type Pipeline = (exchange: Exchange) => Promise<Response>;

/** What becomes known of a request on its way, for its log line. */
interface Progress {
  principal: Principal | null;
  operation: Operation | null;
  /** What the audit trail is to know. */
  readonly notes: CallNotes;
  /** The path as the log may know it. */
  loggedPath: string;
  /** False where pages of other origins are to read nothing. */
  crossOrigin: boolean;
}

/**
 * Builds the way of a request: route → refuse bodies by their headers → authenticate → rate limit → authorize → read and validate →
 * handler. The one catch is here: whatever is thrown becomes one error shape, is logged once and answered.
 */
export function createPipeline(options: PipelineOptions): Pipeline {
  return async ({ request, baseUrl }) => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const url = new URL(request.url);
    const trace = toTraceFields(readTrace(request.headers), options.projectId);
    const logger = options.logger.with({ request_id: requestId, ...trace });
    const notes = createCallNotes();
    const progress: Progress = {
      principal: null,
      operation: null,
      notes,
      loggedPath: url.pathname,
      crossOrigin: true,
    };
    let error: AppError | null = null;
    let response: Response;
    try {
      response = await answer(options, { request, baseUrl, url, requestId, logger, progress });
    } catch (thrown) {
      error = AppError.from(thrown);
      if (error.cause !== undefined) logger.log("ERROR", error.message, { ...describeCause(error.cause) });
      response = renderError(error, requestId);
    }
    const cors = progress.crossOrigin ? corsHeaders(request, options.allowedOrigins) : {};
    setCommonHeaders(response.headers, requestId, cors);
    const { principal, operation } = progress;
    const ending = {
      status: response.status,
      durationMs: performance.now() - startedAt,
      code: error?.code ?? null,
    };
    await recordCall(options.gate.auditTrail, { ...ending, operation, principal, notes, requestId });
    logAccess(logger, {
      ...ending,
      method: request.method,
      path: progress.loggedPath,
      userAgent: request.headers.get("user-agent"),
      principal: principal?.name ?? null,
      client: principal?.client ?? null,
      operation: operation?.operationId ?? null,
    });
    return response;
  };
}

interface Step {
  readonly request: Request;
  readonly baseUrl: string;
  readonly url: URL;
  readonly requestId: string;
  readonly logger: Logger;
  readonly progress: Progress;
}

async function answer(options: PipelineOptions, step: Step): Promise<Response> {
  const { request, progress } = step;
  const routes = routesOf(step.url.pathname, options.functionRoutes);
  // Also of a request that is refused: a permission in its path stays one.
  progress.loggedPath = routes.find(hasSecret)?.route.path ?? progress.loggedPath;
  progress.crossOrigin = routes.every(({ route }) => route.crossOrigin !== false);
  if (request.method === "OPTIONS" && routes.length > 0) return answerPreflight(methodsOf(routes));
  const found = chooseRoute(request.method, routes);
  const { operation } = found.route;
  progress.operation = operation;
  refuseBodyByHeaders(request.headers, bodyLimitOf(found));
  const onKnown = (principal: Principal) => {
    progress.principal = principal;
  };
  const { gate, ratePerMinute } = options;
  const arrival = { request, baseUrl: step.baseUrl, onKnown };
  const { scopes } = found.route;
  if (operation !== null) await admit(gate, { ...arrival, operation, ratePerMinute });
  else if (scopes !== undefined) await identify(gate, { ...arrival, scopes });
  return withinDeadline(found, step);
}

function bodyLimitOf({ route }: Pick<FoundRoute, "route">): number {
  return route.operation?.bodyLimitBytes ?? route.bodyLimitBytes ?? 0;
}

function hasSecret({ route }: FoundRoute): boolean {
  return Object.values(route.operation?.parameters ?? {}).some(({ isSecret }) => isSecret === true);
}

async function withinDeadline({ route, pathValues }: FoundRoute, step: Step): Promise<Response> {
  const { request, progress } = step;
  const deadlineMs = route.operation?.deadlineMs ?? route.deadlineMs ?? PAGE_DEADLINE_MS;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([request.signal, deadline]);
  const context = {
    requestId: step.requestId,
    principal: progress.principal,
    notes: progress.notes,
    signal,
    logger: step.logger,
    baseUrl: step.baseUrl,
  };
  const readBody = () => readJsonBody(request, bodyLimitOf({ route }));
  const aborted = Promise.withResolvers<never>();
  const onAbort = () =>
    aborted.reject(
      deadline.aborted
        ? new AppError(
            "deadline_exceeded",
            "The answer took too long. Ask for less, or set a shorter timeout.",
          )
        : request.signal.reason,
    );
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([route.answer(request, readBody, context, pathValues), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function setCommonHeaders(headers: Headers, requestId: string, cors: Readonly<Record<string, string>>): void {
  headers.set("x-request-id", requestId);
  headers.set("x-content-type-options", "nosniff");
  if (!headers.has("cache-control")) headers.set("cache-control", "no-store");
  for (const [name, value] of Object.entries(cors)) headers.set(name, value);
}
