import type { AppError } from "../errors/app-error.ts";

/** The body of an error answer: the originals' `{success, error}` with what programs need beside it. */
export function toErrorBody(error: AppError, requestId: string): Record<string, unknown> {
  return {
    success: false,
    error: error.message,
    code: error.code,
    request_id: requestId,
    retryable: error.retryable,
    ...(error.details ? { details: error.details } : {}),
  };
}

/** Renders an error as the JSON answer that every operation of the contract gives. */
export function renderError(error: AppError, requestId: string): Response {
  const headers = new Headers(error.headers);
  if (error.retryAfterSeconds !== undefined) headers.set("retry-after", String(error.retryAfterSeconds));
  return Response.json(toErrorBody(error, requestId), { status: error.status, headers });
}
