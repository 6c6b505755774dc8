import type { FromSchema } from "json-schema-to-ts";
import type { FromParameters, Operation } from "../operation.ts";
import { LIST_FIELDS, LIST_QUERY } from "./names.ts";

const response = {
  type: "object",
  properties: {
    datasets: {
      type: "array",
      items: {
        type: "object",
        properties: {
          project: { type: "string" },
          dataset: { type: "string" },
          description: { type: ["string", "null"] },
          location: { type: ["string", "null"], description: "Where the data lie, like EU." },
        },
        required: ["project", "dataset", "description", "location"],
        additionalProperties: false,
      },
      description: "In the order of their names.",
    },
    ...LIST_FIELDS,
  },
  required: ["datasets", "next_after", "request_id"],
  additionalProperties: false,
} as const;

/** Which part of the list is asked for. */
export type ListDatasetsParameters = FromParameters<Record<never, never>, typeof LIST_QUERY>;

/** A part of the list of datasets. */
export type ListDatasetsResponse = FromSchema<typeof response>;

/** Lists the warehouse's datasets. */
export const listDatasets = {
  operationId: "list_datasets",
  function: "query",
  method: "GET",
  path: "/query/datasets",
  aliases: ["/datasets"],
  query: LIST_QUERY,
  summary: "List the datasets of the warehouse",
  description:
    "Returns the names of the datasets that can be queried. Start here when you do not know the warehouse; then call list_tables and describe_table, and write SQL for query_bigquery.",
  consequential: false,
  scope: "query",
  rate: "query",
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 40_000,
  request: null,
  response,
  errors: ["warehouse_unavailable", "overloaded"],
  examples: {
    "a warehouse with two datasets": {
      response: {
        datasets: [
          {
            project: "demo",
            dataset: "sales",
            description: "Customers and what they bought",
            location: null,
          },
          { project: "demo", dataset: "web", description: null, location: null },
        ],
        next_after: null,
        request_id: "6f9d7a52-6a0e-4a52-8f6c-5f3a3f8f8a10",
      },
    },
  },
} as const satisfies Operation;
