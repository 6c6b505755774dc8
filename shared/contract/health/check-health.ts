import type { FromSchema } from "json-schema-to-ts";
import { LANGUAGES } from "../execute/languages.ts";
import type { Operation } from "../operation.ts";

const response = {
  type: "object",
  properties: {
    status: { type: "string", const: "healthy" },
    version: { type: "string", description: "Version of the bundle." },
    languages: { type: "array", items: { type: "string", enum: LANGUAGES } },
    timestamp: { type: "string", description: "The server's time, ISO 8601 in UTC." },
  },
  required: ["status", "version", "languages", "timestamp"],
  additionalProperties: false,
} as const;

/** The answer of a healthy server. */
export type CheckHealthResponse = FromSchema<typeof response>;

/** Says that the server is up. Needs no credential and touches nothing else. */
export const checkHealth = {
  operationId: "check_health",
  function: "health",
  method: "GET",
  path: "/health",
  aliases: [],
  summary: "Check that the server is up",
  description: "Needs no key. Returns the status, the version, the languages and the server's time.",
  consequential: false,
  scope: null,
  rate: null,
  bodyLimitBytes: 0,
  deadlineMs: 5_000,
  request: null,
  response,
  errors: [],
  examples: {
    "a healthy server": {
      response: {
        status: "healthy",
        version: "0.1.0",
        languages: ["python", "javascript"],
        timestamp: "2026-01-15T09:30:00.000Z",
      },
    },
  },
} as const satisfies Operation;
