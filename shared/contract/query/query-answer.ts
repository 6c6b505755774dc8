import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { FIELD, ROW } from "./field.ts";

/** What became of a statement, as `query_bigquery` and `get_query` answer it. */
export const QUERY_ANSWER = {
  type: "object",
  properties: {
    success: { type: "boolean", description: "True when the statement ended without a failure." },
    status: {
      type: "string",
      enum: ["succeeded", "failed", "timed_out", "out_of_memory", "cancelled", "running"],
      description: "How the statement ended; `running` when it has not: ask get_query for it.",
    },
    data: {
      type: "array",
      description:
        "One object a row. INT64 beyond 2^53 and NUMERIC are strings, dates ISO 8601, BYTES base64, JSON its text, STRUCT objects.",
      items: ROW,
    },
    columns: {
      type: "object",
      properties: {},
      additionalProperties: { type: "array", items: {} },
      description: "For format columns: the cells of each column by its name, in the order of the rows.",
    },
    csv: {
      type: "string",
      description: "For format csv: RFC 4180 with a header line; NULL is empty, ARRAY and STRUCT are JSON.",
    },
    schema: { type: "array", description: "The columns of the result.", items: FIELD },
    row_count: { type: "integer", description: "Rows in this answer." },
    total_rows: { type: ["integer", "null"], description: "Rows of the whole result; null when not known." },
    truncated: {
      type: "boolean",
      description: "True when more rows follow, or a dry run leaves out tables or columns.",
    },
    truncated_by: {
      type: ["string", "null"],
      enum: ["max_results", "size", null],
      description: "What ended the answer before the result.",
    },
    next_page_token: {
      type: ["string", "null"],
      description:
        "Send it as page_token for the rows that follow, within an hour; null at the end, and when they were not kept.",
    },
    bytes_processed: {
      type: ["integer", "null"],
      description: "Bytes of tables that the statement read, or would read; null when not known.",
    },
    bytes_billed: {
      type: ["integer", "null"],
      description: "Bytes that are paid for; null when not known.",
    },
    cache_hit: {
      type: ["boolean", "null"],
      description: "True when an earlier result was still good, which costs nothing.",
    },
    estimated_cost_usd: {
      type: ["number", "null"],
      description: "What these bytes cost at the on-demand price of BigQuery; 0 without BigQuery.",
    },
    statement_type: { type: "string", description: "Of a dry run: SELECT, INSERT and so on." },
    tables: {
      type: "array",
      items: { type: "string" },
      description: "Of a dry run: the tables that the statement reads, as project.dataset.table.",
    },
    query_id: {
      type: "string",
      description: "Names the statement; its pages share it. While it runs, get_query takes it.",
    },
    retry_after_seconds: { type: "integer", description: "While it runs: when to ask get_query." },
    error: { type: ["string", "null"] },
    execution_time: {
      type: "number",
      description: "Seconds from the request for the statement to this answer.",
    },
    timestamp: { type: "string", description: "When this answer was made, ISO 8601 in UTC." },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "status",
    "data",
    "schema",
    "row_count",
    "total_rows",
    "truncated",
    "truncated_by",
    "next_page_token",
    "bytes_processed",
    "bytes_billed",
    "cache_hit",
    "estimated_cost_usd",
    "query_id",
    "error",
    "execution_time",
    "timestamp",
    "request_id",
  ],
  additionalProperties: false,
} as const;

/** The answer to a statement, whether or not it succeeded or has ended. */
export type QueryAnswer = FromSchema<typeof QUERY_ANSWER>;
