import { cancelExecution } from "#shared/contract/execute/cancel-execution.ts";
import { executeCode } from "#shared/contract/execute/execute-code.ts";
import { getExecution } from "#shared/contract/execute/get-execution.ts";
import { getFile } from "#shared/contract/execute/get-file.ts";
import { listExecutions } from "#shared/contract/execute/list-executions.ts";
import { listLanguages } from "#shared/contract/execute/list-languages.ts";
import {
  validateCancelExecution,
  validateExecuteCode,
  validateGetExecution,
  validateGetFile,
  validateListExecutions,
} from "#shared/contract/generated/execute-validators.js";
import {
  type FunctionRoutes,
  toBodyRoute,
  toPathRoute,
  toPlainRoute,
  toStreamRoute,
} from "#shared/http/route.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSigner } from "#shared/signing/create-signer.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import { createCancelExecution } from "./cancel-execution.ts";
import { createExecuteCode } from "./execute-code.ts";
import { createExecutionStore } from "./executions/execution-store.ts";
import { createExecutions } from "./executions/run-executions.ts";
import { createSessionStore } from "./executions/session-store.ts";
import type { Executor } from "./executor/executor.ts";
import { createGetExecution } from "./get-execution.ts";
import { createGetFile } from "./get-file.ts";
import { createFileFetcher } from "./input-files/create-file-fetcher.ts";
import { prepareInputFiles } from "./input-files/prepare-input-files.ts";
import { createListExecutions } from "./list-executions.ts";
import { createListLanguages } from "./list-languages.ts";
import { takeUpRun } from "./run-request.ts";

/** What the function is built over. */
export interface ExecuteDependencies {
  readonly executor: Executor;
  readonly objects: ObjectStore;
  /** At least 32 characters. */
  readonly signingKey: string;
  /** Hosts that files may be fetched from: names, or `*.example.org`; `*` for every public one. */
  readonly fileHosts: readonly string[];
  readonly logger: Logger;
}

/** The function `execute`, and how to end what it runs. */
export interface ExecuteFunction {
  readonly routes: FunctionRoutes;
  /** Ends every program; resolves when what became of them has been noted. */
  close(): Promise<void>;
}

/** The function `execute`: runs programs, keeps what they leave, and lists languages. */
export function createExecute(dependencies: ExecuteDependencies): ExecuteFunction {
  const { executor, objects, signingKey, fileHosts, logger } = dependencies;
  const executionStore = createExecutionStore(objects, logger);
  const { elsewhere } = executor;
  const sessions = createSessionStore(objects, elsewhere?.longestMs);
  const executions = createExecutions(
    executionStore,
    elsewhere === undefined
      ? null
      : {
          takeUp: (owner, record, signal) =>
            takeUpRun({ executor, objects, sessions }, { owner, record, signal }),
          giveUp: elsewhere.giveUp,
        },
  );
  const signer = createSigner({ keys: [signingKey], purpose: "file" });
  const fetcher = createFileFetcher({ allowedHosts: fileHosts, logger });
  const runs = createExecuteCode({
    executor,
    executions,
    executionStore,
    objects,
    sessions,
    signLink: signer.sign,
    // Contents of files are held in memory, 120 MiB of one request at most.
    inputSlots: createSlots({
      places: 8,
      queue: 32,
      waitMs: 10_000,
      busyMessage: "Too many programs come with files: send this one again in a moment.",
      retryAfterSeconds: 2,
    }),
    prepareInputFiles: (request, { signal }) => prepareInputFiles(request, { fetcher, signal }),
  });
  const results = createGetExecution({ executions, signLink: signer.sign });
  const cancels = createCancelExecution({ executions, executionStore });
  const lists = createListExecutions({ executionStore });
  const routes = [
    toBodyRoute(executeCode, validateExecuteCode, runs),
    toPathRoute(getExecution, validateGetExecution, results),
    toPathRoute(cancelExecution, validateCancelExecution, cancels),
    toPathRoute(listExecutions, validateListExecutions, lists),
    toStreamRoute(getFile, validateGetFile, createGetFile({ store: objects, signer })),
    toPlainRoute(listLanguages, createListLanguages({ executor })),
  ];
  return { routes: { name: "execute", routes }, close: executions.close };
}
