import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { LANGUAGES } from "./languages.ts";

/** One run of a program, as `execute_code` and `get_execution` answer it. */
export const EXECUTION = {
  type: "object",
  properties: {
    success: { type: "boolean", description: "True when the program ended by itself with exit code 0." },
    output: { type: "string", description: "What the program wrote to standard output." },
    error: { type: ["string", "null"], description: "Null on success, else what to know first." },
    exit_code: {
      type: ["integer", "null"],
      description: "Null when a signal or the server ended the program.",
    },
    execution_time: { type: "number", description: "Seconds that the program took." },
    timestamp: { type: "string", description: "When the program ended, ISO 8601 in UTC." },
    stderr: { type: "string", description: "What the program wrote to standard error." },
    status: {
      type: "string",
      enum: ["succeeded", "failed", "timed_out", "out_of_memory", "killed", "running"],
      description: "How the run ended; `running` when it has not: ask get_execution for it.",
    },
    signal: { type: ["string", "null"], description: "The signal that ended the program, like SIGSEGV." },
    language: { type: "string", enum: LANGUAGES },
    engine: { type: "string", description: "What ran the program: cpython, node or isolated-vm." },
    start: {
      type: "string",
      enum: ["warm", "cold"],
      description: "Warm when a fresh sandbox was ready before the request came.",
    },
    truncated: { type: "boolean", description: "True when the middle of output or stderr was left out." },
    execution_id: { type: "string", description: "Names this run; get_execution takes it for a day." },
    retry_after_seconds: { type: "integer", description: "While it runs: when to ask get_execution." },
    session_id: { type: "string", description: "Send it with the next program to go on in the same folder." },
    markdown: { type: "string", description: "Charts and a table, ready to be shown to the user." },
    files: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string" },
          mime_type: { type: "string" },
          size_bytes: { type: "integer" },
          url: { type: "string", description: "A link that lives for an hour." },
        },
        required: ["name", "mime_type", "size_bytes", "url"],
        additionalProperties: false,
      },
      description: "Files that the program left in its working folder.",
    },
    skipped_files: {
      type: "array",
      items: {
        type: "object",
        properties: { name: { type: "string" }, reason: { type: "string" } },
        required: ["name", "reason"],
        additionalProperties: false,
      },
      description: "What it left that is not among `files`, and why.",
    },
    charts: {
      type: "array",
      items: {
        type: "object",
        properties: {
          type: { type: "string", description: "line, scatter, bar, pie, histogram, box or other." },
          title: { type: ["string", "null"] },
          x_label: { type: ["string", "null"] },
          y_label: { type: ["string", "null"] },
          x_scale: { type: ["string", "null"] },
          y_scale: { type: ["string", "null"] },
          series: {
            type: "array",
            items: { type: "object", properties: {}, additionalProperties: true },
            description: "What was plotted.",
          },
          thinned: { type: "boolean", description: "True when only some of the points are here." },
          image_url: { type: "string", description: "The chart as PNG, for an hour." },
          svg_url: { type: "string", description: "The chart as SVG, for an hour." },
        },
        required: ["type", "title", "x_label", "y_label", "series", "image_url"],
        additionalProperties: false,
      },
      description: "Every matplotlib chart of the program.",
    },
    openaiFileResponse: {
      type: "array",
      items: { type: "string" },
      description: "Links to files that ChatGPT takes into the conversation.",
    },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "output",
    "error",
    "exit_code",
    "execution_time",
    "timestamp",
    "stderr",
    "status",
    "signal",
    "language",
    "engine",
    "start",
    "truncated",
    "execution_id",
    "request_id",
  ],
  additionalProperties: false,
} as const;

/** A run of a program, whether or not it succeeded. */
export type Execution = FromSchema<typeof EXECUTION>;
