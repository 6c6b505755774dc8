import type { FromSchema } from "json-schema-to-ts";
import type { FromParameters, Operation } from "../operation.ts";
import { DATASET_NAME, LIST_FIELDS, LIST_QUERY, PROJECT_NAME } from "./names.ts";
import { TABLE_KINDS } from "./table-kinds.ts";

const parameters = { dataset: DATASET_NAME } as const;

const query = { ...LIST_QUERY, project: PROJECT_NAME } as const;

const response = {
  type: "object",
  properties: {
    tables: {
      type: "array",
      items: {
        type: "object",
        properties: {
          table: { type: "string" },
          kind: { type: "string", enum: TABLE_KINDS },
          description: { type: ["string", "null"] },
        },
        required: ["table", "kind", "description"],
        additionalProperties: false,
      },
      description: "In the order of their names.",
    },
    ...LIST_FIELDS,
  },
  required: ["tables", "next_after", "request_id"],
  additionalProperties: false,
} as const;

/** Whose tables are asked for, and which part of their list. */
export type ListTablesParameters = FromParameters<typeof parameters, typeof query>;

/** A part of the list of a dataset's tables. */
export type ListTablesResponse = FromSchema<typeof response>;

/** Lists the tables of a dataset. */
export const listTables = {
  operationId: "list_tables",
  function: "query",
  method: "GET",
  path: "/query/datasets/{dataset}/tables",
  aliases: ["/datasets/{dataset}/tables"],
  parameters,
  query,
  summary: "List the tables of a dataset",
  description:
    "Returns the names of a dataset's tables and views. Call describe_table for the columns of one of them.",
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
    "two tables": {
      response: {
        tables: [
          { table: "customers", kind: "TABLE", description: "One row a customer" },
          { table: "transactions", kind: "TABLE", description: null },
        ],
        next_after: null,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
  },
} as const satisfies Operation;
