import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { BODY_LIMIT_BYTES, QUERY_MAX_RESULTS, QUERY_PARAMETERS, QUERY_TIMEOUT_SECONDS } from "../limits.ts";
import type { Operation } from "../operation.ts";
import { FIELD, ROW } from "./field.ts";

const request = {
  type: "object",
  properties: {
    sql: {
      type: "string",
      minLength: 1,
      maxLength: 1_000_000,
      pattern: "^[^\\u0000\\uD800-\\uDFFF]*$",
      description: "One GoogleSQL SELECT statement. Name tables as `project.dataset.table` in backticks.",
    },
    timeout: {
      type: "integer",
      ...QUERY_TIMEOUT_SECONDS,
      description: "Seconds after which the statement is cancelled.",
    },
    max_results: { type: "integer", ...QUERY_MAX_RESULTS, description: "Most rows to return." },
    params: {
      type: ["object", "array"],
      properties: {},
      additionalProperties: true,
      maxProperties: QUERY_PARAMETERS.count,
      items: {},
      maxItems: QUERY_PARAMETERS.count,
      description:
        'Values of the parameters @name by their names, or a list of values for each `?`. Types are inferred; {"type": "DATE", "value": "2026-01-31"} says one, also ARRAY<INT64> or STRUCT<a INT64, b STRING>.',
    },
    dataset: {
      type: "string",
      pattern: "^(?:[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}\\.)?[\\p{L}\\p{N}_][\\p{L}\\p{N}_-]{0,255}$",
      description: "`dataset` or `project.dataset` of tables that the statement names without one.",
    },
    format: {
      type: "string",
      enum: ["rows", "columns", "csv"],
      default: "rows",
      description: "rows: objects in `data`; columns: lists in `columns`; csv: text in `csv`.",
    },
    page_token: {
      type: "string",
      minLength: 1,
      maxLength: 2000,
      description:
        "next_page_token of the answer before, with the same sql, params and dataset: returns the rows that follow.",
    },
  },
  required: ["sql"],
  additionalProperties: false,
} as const;

const response = {
  type: "object",
  properties: {
    success: { type: "boolean" },
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
    truncated: { type: "boolean", description: "True when more rows follow those of this answer." },
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
      description: "Bytes of tables that the statement read; null when not known.",
    },
    query_id: { type: "string", description: "Names the statement in the logs; its pages share it." },
    error: { type: ["string", "null"] },
    execution_time: { type: "number", description: "Seconds that the statement took." },
    timestamp: { type: "string", description: "When the statement ended, ISO 8601 in UTC." },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "data",
    "schema",
    "row_count",
    "total_rows",
    "truncated",
    "truncated_by",
    "next_page_token",
    "bytes_processed",
    "query_id",
    "error",
    "execution_time",
    "timestamp",
    "request_id",
  ],
  additionalProperties: false,
} as const;

/** A checked request to run a statement: defaults are filled in. */
export type QueryBigqueryRequest = FromSchema<typeof request>;

/** The answer to a statement that was run, whether or not it succeeded. */
export type QueryBigqueryResponse = FromSchema<typeof response>;

/** Runs one read-only GoogleSQL statement in the warehouse. */
export const queryBigquery = {
  operationId: "query_bigquery",
  function: "query",
  method: "POST",
  path: "/query",
  aliases: ["/query_bigquery"],
  summary: "Query the data warehouse with GoogleSQL",
  description:
    "Runs one read-only GoogleSQL SELECT over the warehouse and returns rows. Aggregate in SQL and ask for few rows: answers are cut at max_results and at 95,000 characters; then truncated is true and next_page_token gets the rest.",
  consequential: false,
  scope: "query",
  rate: "query",
  audited: { text: "sql" },
  bodyLimitBytes: BODY_LIMIT_BYTES,
  deadlineMs: 320_000,
  request,
  response,
  errors: [
    "multiple_statements",
    "write_not_allowed",
    "invalid_page_token",
    "warehouse_unavailable",
    "overloaded",
    "storage_unavailable",
  ],
  examples: {
    "revenue by customer": {
      request: {
        sql: "SELECT c.name, SUM(t.revenue) AS total FROM `demo.sales.transactions` t JOIN `demo.sales.customers` c ON c.customer_id = t.customer_id GROUP BY c.name ORDER BY total DESC LIMIT 2",
        max_results: 100,
      },
      response: {
        success: true,
        data: [
          { name: "Ada Berg", total: "18210.55" },
          { name: "Noor Khan", total: "17002.10" },
        ],
        schema: [
          { name: "name", type: "STRING", mode: "NULLABLE" },
          { name: "total", type: "NUMERIC", mode: "NULLABLE" },
        ],
        row_count: 2,
        total_rows: 2,
        truncated: false,
        truncated_by: null,
        next_page_token: null,
        bytes_processed: 241_920,
        query_id: "5d2f0c34-0e63-4a54-a9a7-1f1f2f0c5a01",
        error: null,
        execution_time: 0.018,
        timestamp: "2026-01-15T09:30:00.000Z",
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
    "the first rows of many, as columns": {
      request: {
        sql: "SELECT id, day FROM events WHERE kind = @kind ORDER BY id",
        params: { kind: "click" },
        dataset: "demo.web",
        format: "columns",
        max_results: 2,
      },
      response: {
        success: true,
        data: [],
        columns: { id: [1, 4], day: ["2026-01-14", "2026-01-15"] },
        schema: [
          { name: "id", type: "INT64", mode: "NULLABLE" },
          { name: "day", type: "DATE", mode: "NULLABLE" },
        ],
        row_count: 2,
        total_rows: 5_213,
        truncated: true,
        truncated_by: "max_results",
        next_page_token: "AQAAAGl1sCZ7InIiOnsiaWQiOiJ4In19f3a9",
        bytes_processed: 1_048_576,
        query_id: "b7a0c6a8-2f0e-4a58-8e8f-6d3a1f9f7c03",
        error: null,
        execution_time: 0.021,
        timestamp: "2026-01-15T09:30:00.000Z",
        request_id: "1f0c2b7e-90a6-4a0e-9f4b-3c8e5b1d7f04",
      },
    },
    "a table that does not exist": {
      request: { sql: "SELECT * FROM `demo.sales.orders`" },
      response: {
        success: false,
        data: [],
        schema: [],
        row_count: 0,
        total_rows: null,
        truncated: false,
        truncated_by: null,
        next_page_token: null,
        bytes_processed: null,
        query_id: "0a8c3f5e-64a5-4b7f-9a5e-0f9d6c1b2e02",
        error: "Table demo.sales.orders was not found. Tables of demo.sales: customers, transactions.",
        execution_time: 0.004,
        timestamp: "2026-01-15T09:30:00.000Z",
        code: "table_not_found",
        request_id: "7a1e8b63-7b1f-4b63-9a7d-6a4b4a9a9b21",
      },
    },
  },
} as const satisfies Operation;
