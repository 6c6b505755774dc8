import { WAIT_SECONDS } from "../limits.ts";
import type { FromParameters, Operation } from "../operation.ts";
import { QUERY_ANSWER } from "./query-answer.ts";
import { queryBigquery } from "./query-bigquery.ts";
import { QUERY_ID } from "./query-id.ts";

const parameters = { query_id: QUERY_ID } as const;

const query = {
  wait_seconds: {
    schema: { type: "integer", minimum: WAIT_SECONDS.minimum, maximum: WAIT_SECONDS.maximum, default: 0 },
    description: "How long to wait for the end of a statement that still runs, 0 to 40.",
  },
} as const;

/** Which statement is asked for. */
export type GetQueryParameters = FromParameters<typeof parameters, typeof query>;

/** Reads the result of a statement that was still running when its caller was answered. */
export const getQuery = {
  operationId: "get_query",
  function: "query",
  method: "GET",
  path: "/query/results/{query_id}",
  aliases: ["/queries/{query_id}"],
  parameters,
  query,
  summary: "Get the result of a statement that took long",
  description:
    "Returns what query_bigquery would have returned: ask for it after an answer with status running. Send its next_page_token to query_bigquery with the same sql for the rows that follow. Results are kept for an hour.",
  consequential: false,
  scope: "query",
  // Each call asks BigQuery, whose own limits all callers share.
  rate: "query",
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 44_000,
  request: null,
  response: QUERY_ANSWER,
  errors: ["not_found", "warehouse_unavailable", "overloaded", "storage_unavailable"],
  examples: {
    "a statement that ended": { response: queryBigquery.examples["revenue by customer"].response },
    "a statement that still runs": {
      response: queryBigquery.examples["a statement that still runs"].response,
    },
  },
} as const satisfies Operation;
