import type { FromSchema } from "json-schema-to-ts";
import { FAILURE_FIELDS } from "../failure-fields.ts";
import { SAMPLE_ROWS } from "../limits.ts";
import type { FromParameters, Operation } from "../operation.ts";
import { FIELD, ROW } from "./field.ts";
import { DATASET_NAME, PROJECT_NAME, TABLE_NAME } from "./names.ts";
import { TABLE_KINDS } from "./table-kinds.ts";

const parameters = { dataset: DATASET_NAME, table: TABLE_NAME } as const;

const query = {
  sample_rows: {
    schema: { type: "integer", ...SAMPLE_ROWS },
    description: "Rows to show of the table, 0 to 5.",
  },
  project: PROJECT_NAME,
} as const;

const response = {
  type: "object",
  properties: {
    success: { type: "boolean" },
    project: { type: ["string", "null"] },
    dataset: { type: "string" },
    table: { type: "string" },
    kind: { type: ["string", "null"], enum: [...TABLE_KINDS, null] },
    description: { type: ["string", "null"] },
    location: { type: ["string", "null"], description: "Where the data lie, like EU." },
    partitioning: {
      type: ["string", "null"],
      description: "How the table is cut into parts: filter by that column to read, and pay for, less.",
    },
    clustering: {
      type: "array",
      items: { type: "string" },
      description: "Columns that the table is sorted by: filtering by the first ones reads less.",
    },
    view_sql: { type: ["string", "null"], description: "The statement of a view." },
    schema: { type: "array", description: "The columns.", items: FIELD },
    column_count: { type: "integer", description: "Columns of the table." },
    row_count: { type: ["integer", "null"], description: "Null when not known." },
    size_bytes: { type: ["integer", "null"], description: "Bytes that the table takes where it is stored." },
    modified_at: { type: ["string", "null"], description: "ISO 8601 in UTC." },
    sample_rows: { type: "array", description: "Some rows; none of views and external tables.", items: ROW },
    truncated: {
      type: "boolean",
      description:
        "True when columns, sample rows or the end of view_sql are left out: read INFORMATION_SCHEMA.COLUMNS for all.",
    },
    error: { type: ["string", "null"] },
    ...FAILURE_FIELDS,
  },
  required: [
    "success",
    "project",
    "dataset",
    "table",
    "kind",
    "description",
    "location",
    "partitioning",
    "clustering",
    "view_sql",
    "schema",
    "column_count",
    "row_count",
    "size_bytes",
    "modified_at",
    "sample_rows",
    "truncated",
    "error",
    "request_id",
  ],
  additionalProperties: false,
} as const;

/** Which table is asked for. */
export type DescribeTableParameters = FromParameters<typeof parameters, typeof query>;

/** What is known of a table. */
export type DescribeTableResponse = FromSchema<typeof response>;

/** Tells everything about a table. */
export const describeTable = {
  operationId: "describe_table",
  function: "query",
  method: "GET",
  path: "/query/datasets/{dataset}/tables/{table}",
  aliases: ["/datasets/{dataset}/tables/{table}"],
  parameters,
  query,
  summary: "Describe a table of the warehouse",
  description:
    "Returns the columns of a table with their types and descriptions, how many rows it has, its size, and up to five sample rows. Call it before you write SQL over a table that you have not seen.",
  consequential: false,
  scope: "query",
  rate: "query",
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 40_000,
  request: null,
  response,
  errors: ["not_found", "dataset_not_allowed", "warehouse_unavailable", "overloaded"],
  examples: {
    "a table with one sample row": {
      response: {
        success: true,
        project: "demo",
        dataset: "sales",
        table: "customers",
        kind: "TABLE",
        description: null,
        location: null,
        partitioning: null,
        clustering: [],
        view_sql: null,
        schema: [
          { name: "customer_id", type: "INT64", mode: "NULLABLE" },
          { name: "name", type: "STRING", mode: "NULLABLE", description: "First name and surname" },
        ],
        column_count: 2,
        row_count: 200,
        size_bytes: 8_932,
        modified_at: "2026-01-15T09:30:00.000Z",
        sample_rows: [{ customer_id: 1, name: "Ada Berg" }],
        truncated: false,
        error: null,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
    "a partitioned table of BigQuery": {
      response: {
        success: true,
        project: "acme",
        dataset: "web",
        table: "events",
        kind: "TABLE",
        description: "One row an event",
        location: "EU",
        partitioning: "DAY on created_at, a filter on it is required",
        clustering: ["user_id"],
        view_sql: null,
        schema: [
          { name: "created_at", type: "TIMESTAMP", mode: "REQUIRED" },
          { name: "user_id", type: "STRING", mode: "NULLABLE" },
        ],
        column_count: 2,
        row_count: 912_340_112,
        size_bytes: 88_210_345_221,
        modified_at: "2026-01-15T09:30:00.000Z",
        sample_rows: [],
        truncated: false,
        error: null,
        request_id: "7a1e8b63-7b1f-4b63-9a7d-6a4b4a9a9b21",
      },
    },
  },
} as const satisfies Operation;
