import { once } from "node:events";
import { createServer } from "node:http";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Operation } from "#shared/contract/operation.ts";
import type { ValidateFunction } from "#shared/contract/validate-function.ts";
import type { FunctionRoutes, Route } from "#shared/http/route.ts";
import { serveFunction } from "#shared/http/serve-function.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { createParametersSchema } from "../../scripts/generate/parameters.ts";

/** Routes behind the real pipeline and Node's own server, in this process. */
export interface ServedRoutes {
  /** Like http://127.0.0.1:43210. */
  readonly url: string;
  /** Every log line so far. */
  logs(): string;
  /** Cuts what is still connected. */
  stop(): Promise<void>;
}

/** Serves routes as those of the function `execute`, on a free port. */
export async function serveRoutes(routes: readonly Route[]): Promise<ServedRoutes> {
  const lines: string[] = [];
  const functionRoutes: FunctionRoutes = { name: "execute", routes };
  const settings = {
    apiKeys: [],
    publicBaseUrl: null,
    corsAllowedOrigins: "*",
    executeRatePerMinute: 0,
    queryRatePerMinute: 0,
    projectId: null,
  };
  const serve = serveFunction(
    functionRoutes,
    settings,
    createLogger({}, (line) => lines.push(line)),
  );
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    logs: () => lines.join(""),
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A public operation of the function `execute` for a test; the contract's own ones have more to them. */
export function createOperation(given: Partial<Operation> & Pick<Operation, "path">): Operation {
  return {
    operationId: "test_operation",
    function: "execute",
    method: "GET",
    aliases: [],
    summary: "A test",
    description: "A test.",
    consequential: false,
    scope: null,
    rate: null,
    bodyLimitBytes: 0,
    deadlineMs: 30_000,
    request: null,
    response: { type: "object" },
    errors: [],
    examples: {},
    ...given,
  };
}

/** The validator that the generator would write for the operation's parameters. */
export function compileParameters<T>(operation: Operation): ValidateFunction<T> {
  const ajv = new Ajv2020({ allErrors: true, strict: true, useDefaults: true });
  const validate = ajv.compile<T>(JSON.parse(JSON.stringify(createParametersSchema(operation) ?? {})));
  return validate as ValidateFunction<T>;
}
