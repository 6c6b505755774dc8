import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { Executor } from "#functions/execute/executor/executor.ts";
import { createCloudRunServiceExecutor } from "#functions/execute/executor/executor-cloud-run-service.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { assembleTree } from "../sandbox/image/container.fixture.ts";
import { startJobCloud } from "../support/google-cloud/job-cloud.ts";
import { startServiceStandIn } from "../support/google-cloud/service-stand-in.ts";
import { percentile, renderTable } from "./statistics.ts";

// What a small program costs beyond the platform's own start, over stand-ins whose storage and API answer after 25 ms, with the entries as
// they are in the image. The platform's own start is a delay of the stand-in, from the call until the first instruction of the container;
// everything else is ours: Node's start, the entry, the sandbox, the program itself, its way and the way of its result.
//   --runs 20        programs of each kind, one after the other
//   --start-ms 500   the platform's own start
const { values } = parseArgs({
  options: { runs: { type: "string", default: "20" }, "start-ms": { type: "string", default: "500" } },
});
const runs = Number(values.runs);
const startMs = Number(values["start-ms"]);
const LATENCY_MS = 25;
/** Until the sandboxes of a container that waits are ready. */
const WARM_MS = 2_500;

async function measure(executor: Executor, platformMs: number): Promise<number> {
  const beganAt = performance.now();
  const run = await executor.run(
    {
      language: "python",
      code: "print(input())",
      stdin: "mark\n",
      engine: "auto",
      timeoutMs: 20_000,
      files: [],
      collect: { files: 0, fileBytes: 0, totalBytes: 0 },
      svg: false,
    },
    { signal: AbortSignal.timeout(100_000), receive: async () => undefined },
  );
  if (run.stdout !== "mark\n") throw new Error(`The program ${run.status}`);
  return performance.now() - beganAt - platformMs;
}

async function repeat(one: () => Promise<number>): Promise<readonly number[]> {
  // The first one makes connections and takes tokens that others find.
  await one();
  const overheads: number[] = [];
  for (let count = 0; count < runs; count += 1) overheads.push(await one());
  return overheads;
}

async function measureJob(folder: string): Promise<readonly number[]> {
  const command = [process.execPath, `${folder}/sandbox/entry/job.js`] as const;
  const cloud = await startJobCloud({ latencyMs: LATENCY_MS, command });
  cloud.run.faultOf = ({ permission }) => (permission === "run.jobs.run" ? { startDelayMs: startMs } : null);
  const executor = cloud.createExecutor({ watchMs: 2_000 });
  try {
    return await repeat(() => measure(executor, startMs));
  } finally {
    await cloud.close();
  }
}

async function measureService(folder: string, isWarm: boolean): Promise<readonly number[]> {
  const command = [process.execPath, `${folder}/sandbox/entry/service.js`] as const;
  const service = await startServiceStandIn({
    isIdentityGood: () => true,
    container: { command, cwd: folder },
  });
  const executor = createCloudRunServiceExecutor({
    serviceUrl: service.url,
    tokens: { identity: async () => "identity" },
    logger: createLogger({}, () => undefined),
  });
  try {
    return await repeat(async () => {
      if (isWarm) await service.warm(1);
      if (isWarm) await sleep(WARM_MS);
      else service.fail({ startDelayMs: startMs });
      const overhead = await measure(executor, isWarm ? 0 : startMs);
      await service.settled();
      return overhead;
    });
  } finally {
    await executor.close();
    await service.close();
  }
}

const tree = assembleTree();
try {
  const rows = [
    ["job", await measureJob(tree.folder)],
    ["service, a container waits", await measureService(tree.folder, true)],
    ["service, a container starts", await measureService(tree.folder, false)],
  ] as const;
  const load = loadavg().map((value) => value.toFixed(1));
  console.log(`${runs} programs each; load average ${load.join(", ")}`);
  const cells = rows.map(([name, overheads]) => [
    name,
    ...[0, 0.5, 0.99].map((share) => percentile(overheads, share).toFixed(0)),
  ]);
  console.log(renderTable(["ours, ms", "least", "p50", "p99"], cells));
} finally {
  tree.remove();
}
process.exit();
