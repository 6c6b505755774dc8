import { errors } from "oidc-provider";
import { AppError } from "#shared/errors/app-error.ts";
import type { RequestContext } from "#shared/http/route.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import { PAGE_HEADERS, renderErrorPage } from "./provider/error-page.ts";

/** Errors of the edge by the names that clients of OAuth know (RFC 6749 §5.2, RFC 7591 §3.2.2). */
const CODES: Readonly<Record<string, string>> = {
  rate_limited: "temporarily_unavailable",
  storage_unavailable: "temporarily_unavailable",
  malformed_json: "invalid_request",
  body_too_large: "invalid_request",
  request_timeout: "invalid_request",
};

/**
 * Wraps what answers a path, so that an error reads as OAuth's specifications say: as JSON for a program, as a page for a person.
 * Errors that nobody expected pass, and are logged and answered by the pipeline.
 */
export function answerErrors(
  form: "json" | "html",
  answer: (request: Request, context: RequestContext) => Promise<Response>,
) {
  return async (request: Request, _readBody: unknown, context: RequestContext): Promise<Response> => {
    try {
      return await answer(request, context);
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure === null) throw thrown;
      if (failure.cause !== undefined) {
        context.logger.log("ERROR", "A sign-in could not go on.", { ...describeCause(failure.cause) });
      }
      return render(form, failure);
    }
  };
}

interface Failure {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly retryAfterSeconds: number | undefined;
  /** The private story. */
  readonly cause: unknown;
}

function toFailure(thrown: unknown): Failure | null {
  if (thrown instanceof AppError) {
    const error = CODES[thrown.code];
    if (error === undefined) return null;
    const { status, message: description, retryAfterSeconds, cause } = thrown;
    return { status, error, description, retryAfterSeconds, cause };
  }
  if (thrown instanceof errors.OIDCProviderError && thrown.expose) {
    return {
      status: thrown.status,
      error: thrown.error,
      description: thrown.error_description ?? "The request is not valid.",
      retryAfterSeconds: thrown.status === 503 ? 2 : undefined,
      cause: thrown.status >= 500 ? thrown.cause : undefined,
    };
  }
  return null;
}

function render(form: "json" | "html", failure: Failure): Response {
  const { status, error, description, retryAfterSeconds } = failure;
  const retry = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return form === "json"
    ? Response.json({ error, error_description: description }, { status, headers: retry })
    : new Response(renderErrorPage(error, description), { status, headers: { ...PAGE_HEADERS, ...retry } });
}
