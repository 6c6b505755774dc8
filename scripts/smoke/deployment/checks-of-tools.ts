import { must, SmokeError, same } from "../check.ts";
import { type Deployment, type DeploymentCheck, expectStatus, listOf } from "./deployment.ts";

type Message = Readonly<Record<string, unknown>>;

const HEADERS = { accept: "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25" };

/** One call of the Model Context Protocol (JSON-RPC 2.0 over Streamable HTTP). @returns its result @throws SmokeError for an error */
export async function callMcp(at: Deployment, method: string, params: Message, credential?: string) {
  const body = { jsonrpc: "2.0", id: 1, method, params };
  const asked = { body, headers: HEADERS, ...(credential === undefined ? {} : { credential }) };
  const reply = expectStatus(await at.ask("POST", "/mcp", asked), 200);
  const isStream = reply.headers.get("content-type")?.startsWith("text/event-stream") === true;
  const messages = isStream
    ? [...reply.text.matchAll(/^data: ?(\{.*)$/gm)].map(([, data = ""]) => JSON.parse(data))
    : [reply.json()];
  const result: unknown = messages.find((message) => message.id === 1)?.result;
  if (typeof result === "object" && result !== null) return result as Message;
  throw new SmokeError(`${method} answered ${reply.text.slice(0, 300)}`);
}

/** The second door, with the same operations behind it. */
export const TOOL_CHECKS: readonly DeploymentCheck[] = [
  {
    name: "MCP: tools",
    needs: "key",
    async run(at) {
      const tools = listOf(await callMcp(at, "tools/list", {}), "tools");
      const names = tools.map(({ name }) => name);
      for (const name of ["execute_code", "query_bigquery", "check_health"])
        must(names.includes(name), `The tool ${name} is missing.`);
      return `${names.length} tools`;
    },
  },
  {
    name: "MCP: a program",
    needs: "key",
    async run(at) {
      const call = { name: "execute_code", arguments: { code: "print(6 * 7)" } };
      const result = await callMcp(at, "tools/call", call);
      same(result["isError"] ?? false, false);
      must(JSON.stringify(result).includes("42"), JSON.stringify(result).slice(0, 300));
      return "the same answer as over HTTP";
    },
  },
];
