import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { startServer } from "../support/start-server.ts";
import { describeMachine } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";

// Measures what the second door costs: `list_languages` as plain HTTP and as a tool of both generations of revisions, one client, one
// request of each in turn, so that whatever else the machine does falls on all of them.

const WARM_UP = 200;
const ROUNDS = 2_000;
const REVISION = "2026-07-28";

const call = (meta: object) =>
  JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "list_languages", arguments: {}, ...meta },
  });

const MODERN = call({
  _meta: {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientInfo": { name: "bench", version: "1.0.0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  },
});

const MCP_HEADERS = { "content-type": "application/json", accept: "application/json, text/event-stream" };

const WAYS = [
  { name: "plain HTTP", method: "GET", path: "/languages", headers: {}, body: "" },
  {
    name: `a tool, ${REVISION}`,
    method: "POST",
    path: "/mcp",
    headers: {
      ...MCP_HEADERS,
      "mcp-protocol-version": REVISION,
      "mcp-method": "tools/call",
      "mcp-name": "list_languages",
    },
    body: MODERN,
  },
  { name: "a tool, 2025-11-25", method: "POST", path: "/mcp", headers: MCP_HEADERS, body: call({}) },
] as const;

const server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds of one request, to the end of its answer. */
async function ask({ method, path, headers, body }: (typeof WAYS)[number]): Promise<number> {
  const startedAt = performance.now();
  const sent = request(`${server.url}${path}`, {
    agent,
    method,
    headers: { ...headers, authorization: `Bearer ${server.key}` },
  }).end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const answer = await text(response);
  if (!answer.includes("python")) throw new Error(`the server answered ${response.statusCode} ${answer}`);
  return performance.now() - startedAt;
}

try {
  const latencies = new Map(WAYS.map(({ name }) => [name as string, [] as number[]]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const way of WAYS) {
      const ms = await ask(way);
      if (round >= WARM_UP) latencies.get(way.name)?.push(ms);
    }
  }
  const base = percentile(latencies.get("plain HTTP") ?? [], 0.5);
  const rows = [...latencies].map(([name, samples]) => [
    name,
    percentile(samples, 0.5).toFixed(2),
    (percentile(samples, 0.5) - base).toFixed(2),
    toRatio(percentile(samples, 0.5), base),
    percentile(samples, 0.99).toFixed(2),
  ]);
  console.log(`${describeMachine()}. list_languages through each door in turn, in milliseconds.\n`);
  console.log(renderTable(["", "p50", "more", "ratio", "p99"], rows));
} finally {
  agent.destroy();
  await server.stop();
}
