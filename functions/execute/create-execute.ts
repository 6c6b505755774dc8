import { executeCode } from "#shared/contract/execute/execute-code.ts";
import { listLanguages } from "#shared/contract/execute/list-languages.ts";
import { validateExecuteCode } from "#shared/contract/generated/execute-validators.js";
import { type FunctionRoutes, toBodyRoute, toPlainRoute } from "#shared/http/route.ts";
import { createExecuteCode } from "./execute-code.ts";
import type { Executor } from "./executor/executor.ts";
import { createListLanguages } from "./list-languages.ts";

/** The function `execute`: runs programs and lists languages, over whatever executor it is given. */
export function createExecute(dependencies: { executor: Executor }): FunctionRoutes {
  return {
    name: "execute",
    routes: [
      toBodyRoute(executeCode, validateExecuteCode, createExecuteCode(dependencies)),
      toPlainRoute(listLanguages, createListLanguages(dependencies)),
    ],
  };
}
