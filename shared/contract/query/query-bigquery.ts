import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { BODY_LIMIT_BYTES, QUERY_MAX_RESULTS, QUERY_TIMEOUT_SECONDS } from "../limits.ts";
import type { Operation } from "../operation.ts";

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
        "One object a row. INT64 beyond 2^53 and NUMERIC are strings, dates ISO 8601, BYTES base64, STRUCT objects.",
      items: { type: "object", properties: {}, additionalProperties: true },
    },
    row_count: { type: "integer", description: "Rows in data." },
    total_rows: { type: ["integer", "null"], description: "Rows of the whole result; null when not known." },
    truncated: { type: "boolean", description: "True when the result has more rows than data." },
    error: { type: ["string", "null"] },
    execution_time: { type: "number", description: "Seconds that the statement took." },
    timestamp: { type: "string", description: "When the statement ended, ISO 8601 in UTC." },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "data",
    "row_count",
    "total_rows",
    "truncated",
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
    "Runs one read-only GoogleSQL SELECT over the warehouse and returns rows. Aggregate in SQL and ask for few rows: answers are cut at max_results and at 95,000 characters, and then say truncated: true.",
  consequential: false,
  scope: "query",
  rate: "query",
  bodyLimitBytes: BODY_LIMIT_BYTES,
  deadlineMs: 320_000,
  request,
  response,
  errors: ["multiple_statements", "write_not_allowed", "warehouse_unavailable", "overloaded"],
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
        row_count: 2,
        total_rows: 2,
        truncated: false,
        error: null,
        execution_time: 0.018,
        timestamp: "2026-01-15T09:30:00.000Z",
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
    "a table that does not exist": {
      request: { sql: "SELECT * FROM `demo.sales.orders`" },
      response: {
        success: false,
        data: [],
        row_count: 0,
        total_rows: null,
        truncated: false,
        error: "Table demo.sales.orders was not found. Tables of demo.sales: customers, transactions.",
        execution_time: 0.004,
        timestamp: "2026-01-15T09:30:00.000Z",
        code: "table_not_found",
        request_id: "7a1e8b63-7b1f-4b63-9a7d-6a4b4a9a9b21",
      },
    },
  },
} as const satisfies Operation;
