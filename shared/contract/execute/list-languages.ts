import type { FromSchema } from "json-schema-to-ts";
import type { Operation } from "../operation.ts";
import { LANGUAGES } from "./languages.ts";

const response = {
  type: "object",
  properties: {
    languages: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string", enum: LANGUAGES },
          version: { type: ["string", "null"], description: "Found at run time; null when not available." },
          available: { type: "boolean" },
          reason: { type: "string", description: "Why the language is not available." },
        },
        required: ["name", "version", "available"],
        additionalProperties: false,
      },
    },
  },
  required: ["languages"],
  additionalProperties: false,
} as const;

/** The languages with their versions. */
export type ListLanguagesResponse = FromSchema<typeof response>;

/** Lists the languages that programs may be written in. */
export const listLanguages = {
  operationId: "list_languages",
  function: "execute",
  method: "GET",
  path: "/execute/languages",
  aliases: ["/languages"],
  summary: "List the languages that programs may be written in",
  description:
    "Returns each language with its version, whether it is available, and the reason when it is not.",
  consequential: false,
  scope: "execute",
  rate: null,
  bodyLimitBytes: 0,
  deadlineMs: 15_000,
  request: null,
  response,
  errors: [],
  examples: {
    "both languages": {
      response: {
        languages: [
          { name: "python", version: "3.11.2", available: true },
          { name: "javascript", version: "24.21.0", available: true },
        ],
      },
    },
  },
} as const satisfies Operation;
