/** The path parameter that names an execution. */
export const EXECUTION_ID = {
  schema: { type: "string", pattern: "^[0-9a-f]{12}-[0-9a-f]{32}$", maxLength: 45 },
  description: "The execution_id of an earlier answer.",
} as const;
