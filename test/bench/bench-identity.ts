import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { createPostgresDatabase } from "#shared/database/database-postgres.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { addKey, addToken } from "../auth/database-with.fixture.ts";
import { startPostgres } from "../support/start-postgres.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { describeMachine } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";

// Measures what a credential that is looked up costs beside a key of the settings: `list_languages` over HTTP, one client, one request
// with each credential in turn, so that whatever else the machine does falls on all of them.

const WARM_UP = 200;
const ROUNDS = 3_000;

/** Milliseconds of one request, to the end of its answer. */
async function ask(agent: Agent, server: RunningServer, credential: string): Promise<number> {
  const startedAt = performance.now();
  const headers = { authorization: `Bearer ${credential}` };
  const sent = request(`${server.url}/languages`, { agent, headers }).end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`the server answered ${response.statusCode} ${body}`);
  return performance.now() - startedAt;
}

const postgres = await startPostgres();
const url = await postgres.createDatabase();
const { database, close } = createPostgresDatabase({ url, logger: createLogger({}, () => undefined) });
const server = await startServer({ DATABASE_URL: url });
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
try {
  const { key } = await addKey(database);
  const { token } = await addToken(database, { payload: { aud: `${server.url}/mcp` } });
  const credentials = new Map([
    ["a key of the settings", server.key],
    ["a key that is looked up", key],
    ["an access token", token],
  ]);
  const latencies = new Map([...credentials.keys()].map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, credential] of credentials) {
      const ms = await ask(agent, server, credential);
      if (round >= WARM_UP) latencies.get(name)?.push(ms);
    }
  }
  const base = percentile(latencies.get("a key of the settings") ?? [], 0.5);
  const rows = [...latencies].map(([name, samples]) => [
    name,
    percentile(samples, 0.5).toFixed(2),
    (percentile(samples, 0.5) - base).toFixed(2),
    toRatio(percentile(samples, 0.5), base),
    percentile(samples, 0.99).toFixed(2),
  ]);
  console.log(
    `${describeMachine()}. list_languages over HTTP with each credential in turn, in milliseconds.\n`,
  );
  console.log(renderTable(["", "p50", "more", "ratio", "p99"], rows));
} finally {
  agent.destroy();
  await server.stop();
  await close();
  await postgres.stop();
}
