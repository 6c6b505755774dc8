import type { FromSchema } from "json-schema-to-ts";
import type { FromParameters, Operation } from "../operation.ts";
import { QUERY_ID } from "./query-id.ts";

const parameters = { query_id: QUERY_ID } as const;

const response = {
  type: "object",
  properties: {
    success: { type: "boolean" },
    query_id: { type: "string" },
    cancelled: { type: "boolean", description: "True when the statement still ran, and was cancelled." },
    request_id: { type: "string", description: "Names this request in the logs." },
  },
  required: ["success", "query_id", "cancelled", "request_id"],
  additionalProperties: false,
} as const;

/** Which statement is to end. */
export type CancelQueryParameters = FromParameters<typeof parameters>;

/** What became of it. */
export type CancelQueryResponse = FromSchema<typeof response>;

/** Ends a statement whose caller was told that it still runs. */
export const cancelQuery = {
  operationId: "cancel_query",
  function: "query",
  method: "DELETE",
  path: "/query/results/{query_id}",
  aliases: ["/queries/{query_id}"],
  parameters,
  summary: "Cancel a statement that still runs",
  description:
    "Ends the statement, so that it costs no more than it has read. get_query then answers that it was cancelled; a result that was there before stays.",
  consequential: false,
  scope: "query",
  rate: null,
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 15_000,
  request: null,
  response,
  errors: ["not_found", "warehouse_unavailable", "overloaded", "storage_unavailable"],
  examples: {
    "a statement that ran too long": {
      response: {
        success: true,
        query_id: "AQAAAGl1sCZ7InIiOnsiam9iIjoicXVlcnlfMSJ9fX3a",
        cancelled: true,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
  },
} as const satisfies Operation;
