import { getExecution } from "#shared/contract/execute/get-execution.ts";
import { validateGetExecution } from "#shared/contract/generated/execute-validators.js";
import { showFiles } from "../results/show-files.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Reads the result of a program, with its charts as images. */
export const getExecutionTool: Tool = createOperationTool({
  operation: getExecution,
  title: "Get a program's result",
  effects: READS,
  validate: validateGetExecution,
  show: showFiles,
});
