import { ERRORS, type ErrorCode } from "#shared/contract/errors.ts";
import type { Operation } from "#shared/contract/operation.ts";
import type { Json, JsonObject } from "./public-schema.ts";

/**
 * The responses with a status of 400 and above that one operation may give, by status: the pipeline's own codes, which
 * follow from what the operation needs, and the operation's further codes.
 */
export function createErrorResponses(operation: Operation): JsonObject {
  const codes = new Set<ErrorCode>([...pipelineCodes(operation), ...operation.errors]);
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status);
  const statuses = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(
    statuses.map(([status, members]) => [String(status), toResponse(status, members)]),
  );
}

/** What the steps before the handler may answer; the order is the pipeline's. */
function pipelineCodes(operation: Operation): readonly ErrorCode[] {
  const codes: ErrorCode[] = ["malformed_request"];
  if (operation.scope !== null) {
    codes.push("conflicting_credentials", "unauthenticated", "insufficient_scope");
    // A credential that cannot be looked up is neither good nor bad.
    codes.push("storage_unavailable", "google_unavailable", "overloaded");
  }
  if (operation.rate !== null) codes.push("rate_limited");
  if (operation.parameters !== undefined || operation.query !== undefined) codes.push("validation_failed");
  if (operation.request !== null) {
    codes.push("body_required", "malformed_json", "validation_failed", "request_timeout", "body_too_large");
    codes.push("unsupported_media_type", "unsupported_encoding");
  }
  codes.push("headers_too_large", "internal", "shutting_down", "deadline_exceeded");
  return codes;
}

function toResponse(status: number, codes: readonly ErrorCode[]): Json {
  const response: Record<string, Json> = {
    description: codes.map((code) => `${ERRORS[code].title} (${code}).`).join(" "),
  };
  if (status === 429) {
    response["headers"] = {
      "Retry-After": { description: "Seconds to wait.", schema: { type: "integer", minimum: 1 } },
    };
  }
  response["content"] = { "application/json": { schema: { $ref: "#/components/schemas/ErrorResponse" } } };
  return response;
}
