/** The path parameter that names a statement whose answer said that it still runs. */
export const QUERY_ID = {
  schema: { type: "string", pattern: "^[A-Za-z0-9_-]{1,1500}$", maxLength: 1500 },
  description: "The query_id of an answer with status running.",
  // It says where a job runs, and is long: the log names the statement by the request.
  isSecret: true,
} as const;
