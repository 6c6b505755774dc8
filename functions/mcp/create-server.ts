import { ProtocolError, ProtocolErrorCode, Server } from "@modelcontextprotocol/server";
import { VERSION } from "#shared/contract/version.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { toErrorBody } from "#shared/http/render-error.ts";
import { callTool } from "./call-tool.ts";
import { listResources, RESOURCE_TEMPLATES } from "./resources/list-resources.ts";
import { readResource } from "./resources/read-resource.ts";
import { toProtocolError } from "./resources/to-protocol-error.ts";
import type { Caller } from "./tools/tool.ts";
import { findTool, TOOLS } from "./tools/tools.ts";

const INSTRUCTIONS = [
  "execute_code runs Python or JavaScript in a sandbox; query_bigquery runs GoogleSQL over the data warehouse.",
  "To find data use search, list_datasets, list_tables and describe_table before you write SQL.",
  "An answer with status running is not the end: ask get_execution or get_query after retry_after_seconds.",
  "Show charts and file links to the user as they are.",
].join(" ");

/** Lists change with a new version of the server alone; they name what the caller may do. */
const LIST_HINT = { ttlMs: 300_000, cacheScope: "private" } as const;

/** What the warehouse holds may change at any time. */
const WAREHOUSE_HINT = { ttlMs: 0, cacheScope: "private" } as const;

/** No form is ever asked of a user, so no answer to one is ever checked. */
const NO_FORMS = {
  getValidator: () => () => ({ valid: false, data: undefined, errorMessage: "No form was asked." }) as const,
};

/**
 * The server of one request: it knows its caller, keeps nothing, and so any instance serves any request.
 * @param signal ends with the request
 */
export function createServer(caller: Caller, requestId: string, signal: AbortSignal): Server {
  const server = new Server(
    { name: "code-and-warehouse", title: "Code and Warehouse", version: VERSION },
    {
      capabilities: { tools: {}, resources: {} },
      instructions: INSTRUCTIONS,
      jsonSchemaValidator: NO_FORMS,
      cacheHints: {
        "tools/list": LIST_HINT,
        "resources/templates/list": LIST_HINT,
        "resources/list": WAREHOUSE_HINT,
        "resources/read": WAREHOUSE_HINT,
        "server/discover": LIST_HINT,
      },
    },
  );
  server.setRequestHandler("tools/list", () => ({ tools: TOOLS.map((tool) => tool.describe(caller)) }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const tool = findTool(params.name);
    if (tool === null) throw unknownTool(params.name);
    return callTool(tool, params.arguments, { caller, requestId, signal, context });
  });
  server.setRequestHandler("resources/list", ({ params }, { mcpReq }) =>
    orProtocolError(
      requestId,
      listResources(params?.cursor, caller, AbortSignal.any([signal, mcpReq.signal])),
    ),
  );
  server.setRequestHandler("resources/templates/list", () => RESOURCE_TEMPLATES);
  server.setRequestHandler("resources/read", ({ params }, { mcpReq }) =>
    orProtocolError(requestId, readResource(params.uri, caller, AbortSignal.any([signal, mcpReq.signal]))),
  );
  return server;
}

async function orProtocolError<T>(requestId: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof ProtocolError) throw thrown;
    const error = AppError.from(thrown);
    throw toProtocolError({ status: error.status, body: toErrorBody(error, requestId) });
  }
}

function unknownTool(name: string): ProtocolError {
  return new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool ${name.slice(0, 100)}. tools/list names those that there are.`,
  );
}
