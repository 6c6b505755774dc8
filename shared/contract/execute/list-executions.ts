import type { FromSchema } from "json-schema-to-ts";
import type { FromParameters, Operation } from "../operation.ts";
import { EXECUTION } from "./execution.ts";
import { EXECUTION_ID } from "./execution-id.ts";
import { LANGUAGES } from "./languages.ts";

const query = {
  limit: {
    schema: { type: "integer", minimum: 1, maximum: 100, default: 20 },
    description: "How many at most, 1 to 100.",
  },
  after: {
    schema: EXECUTION_ID.schema,
    description: "The last execution_id of the page before.",
  },
} as const;

const response = {
  type: "object",
  properties: {
    executions: {
      type: "array",
      items: {
        type: "object",
        properties: {
          execution_id: { type: "string" },
          status: EXECUTION.properties.status,
          language: { type: "string", enum: LANGUAGES },
          started_at: { type: "string", description: "ISO 8601 in UTC." },
          execution_time: { type: ["number", "null"], description: "Seconds; null while it runs." },
        },
        required: ["execution_id", "status", "language", "started_at", "execution_time"],
        additionalProperties: false,
      },
      description: "The newest first.",
    },
    next_after: { type: ["string", "null"], description: "Send it as `after` for the next page." },
    request_id: { type: "string", description: "Names this request in the logs." },
  },
  required: ["executions", "next_after", "request_id"],
  additionalProperties: false,
} as const;

/** Which page is asked for. */
export type ListExecutionsParameters = FromParameters<Record<never, never>, typeof query>;

/** One page of the caller's own executions. */
export type ListExecutionsResponse = FromSchema<typeof response>;

/** Lists the caller's own runs. */
export const listExecutions = {
  operationId: "list_executions",
  function: "execute",
  method: "GET",
  path: "/execute/executions",
  aliases: ["/executions"],
  query,
  summary: "List the programs that were run",
  description: "Returns the caller's own executions of the last day, the newest first, a page at a time.",
  consequential: false,
  scope: "execute",
  rate: null,
  bodyLimitBytes: 0,
  deadlineMs: 15_000,
  request: null,
  response,
  errors: ["storage_unavailable"],
  examples: {
    "one program": {
      response: {
        executions: [
          {
            execution_id: "fe6d1a2b3c4d-0c5a5c3e4b1d4f0e9a590a2f6f4f2f11",
            status: "succeeded",
            language: "python",
            started_at: "2026-01-15T09:30:00.000Z",
            execution_time: 0.031,
          },
        ],
        next_after: null,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
  },
} as const satisfies Operation;
