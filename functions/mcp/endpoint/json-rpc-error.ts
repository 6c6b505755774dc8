import type { ErrorCode } from "#shared/contract/errors.ts";
import type { AppError } from "#shared/errors/app-error.ts";
import { toErrorBody } from "#shared/http/render-error.ts";

/** https://www.jsonrpc.org/specification#error_object; the rest of our codes are the server's own, -32000. */
const JSON_RPC_CODES: Partial<Readonly<Record<ErrorCode, number>>> = {
  malformed_json: -32_700,
  body_required: -32_700,
  validation_failed: -32_600,
  internal: -32_603,
};

/** An error of the endpoint itself, in the protocol's form and with HTTP's status. */
export function toJsonRpcError(error: AppError, requestId: string): Response {
  const { error: message, ...data } = toErrorBody(error, requestId);
  const headers = new Headers(error.headers);
  if (error.retryAfterSeconds !== undefined) headers.set("retry-after", String(error.retryAfterSeconds));
  return Response.json(
    { jsonrpc: "2.0", id: null, error: { code: JSON_RPC_CODES[error.code] ?? -32_000, message, data } },
    { status: error.status, headers },
  );
}
