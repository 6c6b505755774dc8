import { parseArgs } from "node:util";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { NASTY_STATEMENTS } from "./nasty-statements.ts";
import { describeMachine } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";

// Measures how long SELECT 1 takes one caller over HTTP while another caller sends nasty statements, and what the engines hold.
//   --only join    only statements whose name contains this
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });

const PAUSE_MS = 5;
const REST_MS = 2000;
const SAMPLES = 200;
const NASTY_TIMEOUT_SECONDS = 3;

async function ask(server: RunningServer, sql: string, timeout = 30): Promise<Record<string, unknown>> {
  const response = await server.request("/query", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sql, timeout }),
  });
  return response.json();
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks for one row again and again, until there are enough samples and the other caller is done. */
async function sample(server: RunningServer, isOver: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  while (!isOver() || latencies.length < SAMPLES) {
    const startedAt = performance.now();
    const { success } = await ask(server, "SELECT 1 AS one");
    if (success !== true) throw new Error("SELECT 1 failed");
    latencies.push(performance.now() - startedAt);
    await rest(PAUSE_MS);
  }
  return latencies;
}

async function beside(server: RunningServer, sql: string): Promise<{ latencies: number[]; answer: string }> {
  let isOver = false;
  const nasty = ask(server, sql, NASTY_TIMEOUT_SECONDS).finally(() => {
    isOver = true;
  });
  const latencies = await sample(server, () => isOver);
  const { success, code } = await nasty;
  return { latencies, answer: success === true ? "rows" : String(code) };
}

const server = await startServer({ QUERY_RATE_PER_MINUTE: "0" });
try {
  await sample(server, () => true);
  await rest(REST_MS);
  const idle = await sample(server, () => true);
  const median = percentile(idle, 0.5);
  const toCells = (latencies: readonly number[]) => [
    percentile(latencies, 0.5).toFixed(1),
    percentile(latencies, 0.99).toFixed(1),
    toRatio(percentile(latencies, 0.99), median),
  ];
  const rows = [["nothing", "", ...toCells(idle)]];
  for (const [name, sql] of NASTY_STATEMENTS) {
    if (!name.includes(values.only)) continue;
    await rest(REST_MS);
    const { latencies, answer } = await beside(server, sql);
    rows.push([name, answer, ...toCells(latencies)]);
  }
  console.log(
    `${describeMachine()}. SELECT 1 over HTTP, in milliseconds, beside a nasty statement of someone else.\n`,
  );
  console.log(renderTable(["beside", "its answer", "p50", "p99", "p99 / idle p50"], rows));
} finally {
  await server.stop();
}
