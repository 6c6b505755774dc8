import { listLanguages } from "#shared/contract/execute/list-languages.ts";
import { createOperationTool } from "./operation-tool.ts";
import { READS, type Tool } from "./tool.ts";

/** Lists the languages of programs. */
export const listLanguagesTool: Tool = createOperationTool({
  operation: listLanguages,
  title: "List languages",
  effects: READS,
});
