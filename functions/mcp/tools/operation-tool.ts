import type { CallToolResult } from "@modelcontextprotocol/server";
import type { Operation } from "#shared/contract/operation.ts";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";
import type { FunctionAnswer } from "../client/function-client.ts";
import { toResult } from "../results/to-result.ts";
import { toInputSchema, toObjectSchema } from "../schema/public-schema.ts";
import { type Caller, describeTool, type Effects, type Tool } from "./tool.ts";

/** What a tool adds to its operation of the contract. */
export interface OperationToolOptions {
  readonly operation: Operation;
  readonly title: string;
  /** Stands behind the operation's own description: what matters through this door alone. */
  readonly advice?: string;
  readonly effects: Effects | ((caller: Caller) => Effects);
  /** Checks the parameters of an operation that takes no body. */
  readonly validate?: ValidateFunction<unknown>;
  /** Further things to show beside the answer's JSON. */
  readonly show?: (
    answer: FunctionAnswer,
    caller: Caller,
    signal: AbortSignal,
  ) => Promise<CallToolResult["content"]>;
}

/** The tool of an operation: the same name, arguments, limits, answers and errors, because the operation's own function answers. */
export function createOperationTool(options: OperationToolOptions): Tool {
  const { operation, title, advice, effects, validate, show } = options;
  const facts = {
    name: operation.operationId,
    title,
    description: advice === undefined ? operation.description : `${operation.description} ${advice}`,
    scope: operation.scope,
    inputSchema: toInputSchema(operation),
    outputSchema: toObjectSchema(operation.response),
  };
  return {
    name: facts.name,
    scope: facts.scope,
    describe: (caller) =>
      describeTool({ ...facts, effects: typeof effects === "function" ? effects(caller) : effects }),
    async call(given, caller, signal) {
      const call = { operation, arguments: given, ...(validate === undefined ? {} : { validate }) };
      const answer = await caller.functions.call(call, signal);
      const shown = show === undefined ? [] : await show(answer, caller, signal);
      return toResult(answer, shown);
    },
  };
}
