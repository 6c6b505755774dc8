import { join } from "node:path";
import { parseArgs } from "node:util";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { QUERY_TASKS, type QueryTask } from "./query-tasks.ts";
import { openRawDuckdb, type RawDuckdb } from "./raw-duckdb.ts";
import { describeMachine } from "./sides.ts";
import { percentile, renderTable, toRatio } from "./statistics.ts";

// Compares POST /query over the embedded warehouse, with everything that a request passes in production, with DuckDB asked directly
// in this process over the same files. Both sides take turns.
//   --quick        a few requests only, to see that it works
//   --rounds 5     of each side, for each question
//   --only join    only questions whose name contains this
const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "" },
  },
});

const ROUNDS = values.quick ? 1 : Number(values.rounds);
const PAGE_ROWS = 10_000;
const TIMEOUT_SECONDS = 60;

interface PageAnswer {
  readonly success: boolean;
  readonly error: unknown;
  readonly row_count: number;
  readonly next_page_token: string | null;
}

/** Asks for one page, or for all of them. @throws Error when it is not the whole right number of rows */
async function askOurs(server: RunningServer, { sql, rows, paged }: QueryTask): Promise<void> {
  let got = 0;
  let token: string | null = null;
  do {
    const body = {
      sql,
      max_results: PAGE_ROWS,
      timeout: TIMEOUT_SECONDS,
      ...(token && { page_token: token }),
    };
    const response = await server.request("/query", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: PageAnswer = await response.json();
    if (!answer.success) throw new Error(`${sql}: ${JSON.stringify(answer.error)}`);
    got += answer.row_count;
    token = answer.next_page_token;
  } while (paged && token !== null);
  if (got !== rows) throw new Error(`${sql}: ${got} rows instead of ${rows}`);
}

async function askRaw(raw: RawDuckdb, task: QueryTask): Promise<void> {
  const { rows } = await raw.query(task.raw);
  if (rows !== task.rows) throw new Error(`${task.raw}: ${rows} rows instead of ${task.rows}`);
}

async function time(ask: () => Promise<void>, requests: number): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < requests; i += 1) {
    const started = performance.now();
    await ask();
    latencies.push(performance.now() - started);
  }
  return latencies;
}

/** Both sides in turn, so that whatever else the machine does falls on both; who begins changes with each round. */
async function compare(server: RunningServer, raw: RawDuckdb, task: QueryTask): Promise<string[]> {
  const asks = [() => askOurs(server, task), () => askRaw(raw, task)] as const;
  const latencies: [number[], number[]] = [[], []];
  for (const ask of asks) await time(ask, 2);
  const requests = values.quick ? 2 : task.requests;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const index of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      latencies[index].push(...(await time(asks[index], requests)));
    }
  }
  return toQueryRow(task.name, ...latencies);
}

const QUERY_HEADER = ["", "p50 ours", "raw", "more", "ratio", "p99 ours", "raw", "ratio"] as const;

function toQueryRow(name: string, ours: readonly number[], raw: readonly number[]): string[] {
  const [ourMedian, rawMedian] = [percentile(ours, 0.5), percentile(raw, 0.5)];
  const [ourTail, rawTail] = [percentile(ours, 0.99), percentile(raw, 0.99)];
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return [
    name,
    ...[ms(ourMedian), ms(rawMedian), ms(ourMedian - rawMedian), toRatio(ourMedian, rawMedian)],
    ...[ms(ourTail), ms(rawTail), toRatio(ourTail, rawTail)],
  ];
}

const server = await startServer({ QUERY_RATE_PER_MINUTE: "0" });
try {
  const raw = await openRawDuckdb(join(server.dataFolder, "warehouse"));
  const rows: string[][] = [];
  for (const task of QUERY_TASKS.filter(({ name }) => name.includes(values.only))) {
    rows.push(await compare(server, raw, task));
  }
  raw.close();
  console.log(
    `${describeMachine()}; ${ROUNDS} ${ROUNDS === 1 ? "round" : "rounds"} of each side in turn, one client. Ours is the whole answer over HTTP, raw is DuckDB in the
bench's own process, its rows turned into JSON.\n`,
  );
  console.log(renderTable(QUERY_HEADER, rows));
} finally {
  await server.stop();
}
