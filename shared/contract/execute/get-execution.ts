import { WAIT_SECONDS } from "../limits.ts";
import type { FromParameters, Operation } from "../operation.ts";
import { executeCode } from "./execute-code.ts";
import { EXECUTION } from "./execution.ts";
import { EXECUTION_ID } from "./execution-id.ts";

const parameters = { execution_id: EXECUTION_ID } as const;

const query = {
  wait_seconds: {
    schema: { type: "integer", minimum: WAIT_SECONDS.minimum, maximum: WAIT_SECONDS.maximum, default: 0 },
    description: "How long to wait for the end of a program that still runs, 0 to 40.",
  },
} as const;

/** Which execution is asked for. */
export type GetExecutionParameters = FromParameters<typeof parameters, typeof query>;

/** Reads the result of an earlier run. */
export const getExecution = {
  operationId: "get_execution",
  function: "execute",
  method: "GET",
  path: "/execute/executions/{execution_id}",
  aliases: ["/executions/{execution_id}"],
  parameters,
  query,
  summary: "Get the result of a program that was run",
  description:
    "Returns what execute_code returned, or would have returned: ask for it after an answer with status running. Results are kept for a day, files for an hour.",
  consequential: false,
  scope: "execute",
  rate: null,
  audited: {},
  bodyLimitBytes: 0,
  deadlineMs: 44_000,
  request: null,
  response: EXECUTION,
  errors: ["not_found", "storage_unavailable"],
  examples: { "a sum in Python": { response: executeCode.examples["a sum in Python"].response } },
} as const satisfies Operation;
