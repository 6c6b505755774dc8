import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { CAPABILITIES } from "../support/capability-catalogue.ts";
import { findFreePort } from "../support/free-port.ts";
import { type RunningProcess, startProcess } from "../support/start-process.ts";
import { startServer } from "../support/start-server.ts";
import { type Load, measureRound, type Side, type Task } from "./measure.ts";
import { type Measurement, mergeRounds, renderTable, toRows } from "./statistics.ts";

// Compares this server with the plain way to run code over HTTP. Both stand on loopback; their rounds alternate.
//   --quick   a few requests only, to see that it works
const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });

const ROUNDS = values.quick ? 1 : 3;
const REQUESTS = values.quick ? 4 : 60;
const WARM_UP: Load = { clients: 2, requests: values.quick ? 2 : 10 };
const LOADS: readonly Load[] = [
  { clients: 1, requests: REQUESTS },
  { clients: 8, requests: values.quick ? 8 : REQUESTS * 2 },
];
const TASKS: readonly Task[] = [
  { language: "python", code: 'print("hello")', output: "hello\n" },
  { language: "javascript", code: 'console.log("hello")', output: "hello\n" },
];

async function startNaive(): Promise<RunningProcess> {
  return startProcess({
    command: ["/usr/bin/python3", "naive-server.py", String(await findFreePort()), process.execPath],
    cwd: resolve(import.meta.dirname),
    environment: { PATH: "/usr/bin:/bin", PYTHONDONTWRITEBYTECODE: "1" },
    ready: /running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
}

/** Both sides in turn, so that whatever else the machine does falls on both; who begins changes with each round. */
async function compare(ours: Side, naive: Side, task: Task, load: Load): Promise<[Measurement, Measurement]> {
  const rounds: [Measurement[], Measurement[]] = [[], []];
  for (const side of [ours, naive]) await measureRound(side, task, WARM_UP);
  for (let round = 0; round < ROUNDS; round += 1) {
    const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
    for (const index of order) rounds[index].push(await measureRound(index === 0 ? ours : naive, task, load));
  }
  return [mergeRounds(rounds[0]), mergeRounds(rounds[1])];
}

if (!CAPABILITIES.fastapi.isThere()) {
  console.error(
    `The yardstick needs FastAPI and uvicorn of /usr/bin/python3: ${CAPABILITIES.fastapi.howToGet}`,
  );
  process.exit(1);
}
const naiveServer = await startNaive();
try {
  const ownServer = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
  try {
    const naive: Side = { url: naiveServer.ready[1] ?? "", headers: {} };
    const ours: Side = { url: ownServer.url, headers: { authorization: `Bearer ${ownServer.key}` } };
    const rows = [];
    for (const task of TASKS) {
      for (const load of LOADS) {
        const name = `${task.language}, ${load.clients} ${load.clients === 1 ? "client" : "clients"}`;
        console.error(`measuring ${name}`);
        rows.push(...toRows(name, ...(await compare(ours, naive, task, load))));
      }
    }
    console.log(renderTable(rows));
  } finally {
    await ownServer.stop();
  }
} finally {
  await naiveServer.stop();
}
