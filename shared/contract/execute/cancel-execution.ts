import type { FromSchema } from "json-schema-to-ts";
import type { FromParameters, Operation } from "../operation.ts";
import { EXECUTION_ID } from "./execution-id.ts";

const parameters = { execution_id: EXECUTION_ID } as const;

const response = {
  type: "object",
  properties: {
    success: { type: "boolean" },
    execution_id: { type: "string" },
    cancelled: { type: "boolean", description: "True when the program still ran, and was ended." },
    request_id: { type: "string", description: "Names this request in the logs." },
  },
  required: ["success", "execution_id", "cancelled", "request_id"],
  additionalProperties: false,
} as const;

/** Which execution is to go. */
export type CancelExecutionParameters = FromParameters<typeof parameters>;

/** What became of it. */
export type CancelExecutionResponse = FromSchema<typeof response>;

/** Ends a program and forgets everything of it. */
export const cancelExecution = {
  operationId: "cancel_execution",
  function: "execute",
  method: "DELETE",
  path: "/execute/executions/{execution_id}",
  aliases: ["/executions/{execution_id}"],
  parameters,
  summary: "Cancel a program, and delete its result and files",
  description:
    "Ends the program if it still runs, and deletes its result, files and charts: links to them end at once.",
  consequential: false,
  scope: "execute",
  rate: null,
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 15_000,
  request: null,
  response,
  errors: ["not_found", "storage_unavailable"],
  examples: {
    "a program that ran too long": {
      response: {
        success: true,
        execution_id: "fe6d1a2b3c4d-0c5a5c3e4b1d4f0e9a590a2f6f4f2f11",
        cancelled: true,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
  },
} as const satisfies Operation;
