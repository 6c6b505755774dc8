import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startJobCloud } from "../support/google-cloud/job-cloud.ts";
import type { RunCall } from "../support/google-cloud/run/run-call.ts";
import type { RunTrouble } from "../support/google-cloud/run-stand-in.ts";
import type { StorageCall } from "../support/google-cloud/storage/storage-call.ts";
import type { Trouble } from "../support/google-cloud/storage-stand-in.ts";
import { percentile } from "./statistics.ts";

// What a program in an execution of a Cloud Run job costs beyond the platform's own start, over stand-ins whose storage and API answer after
// 25 ms; or whether any of many programs is lost or run twice while calls and containers fail at random.
//   --runs 20      programs
//   --at-once 1    at the same time
//   --faults       makes a fifth of all calls fail, and kills containers
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    "at-once": { type: "string", default: "1" },
    faults: { type: "boolean", default: false },
  },
});

const one = <T>(items: readonly T[]): T | null => items[Math.floor(Math.random() * items.length)] ?? null;
const isUnlucky = (share: number) => Math.random() < share;

function troubleOfStorage({ key }: StorageCall): Trouble | null {
  if (!isUnlucky(key.startsWith("results/") ? 0.05 : 0.2)) return null;
  return one<Trouble>([
    { status: 503 },
    { status: 429 },
    { reset: "before" },
    { reset: "after" },
    { delayMs: 300 },
    { truncateAt: 50 },
  ]);
}

function troubleOfRun({ permission }: RunCall): RunTrouble | null {
  if (!isUnlucky(0.2)) return null;
  if (permission !== "run.jobs.run") return one<RunTrouble>([{ status: 500 }, { reset: "before" }]);
  return one<RunTrouble>([
    { status: 503 },
    { reset: "before" },
    { reset: "after" },
    { containers: 2 },
    { answerDelayMs: 500 },
    { startDelayMs: 1_000 },
    { killAfterMs: Math.random() * 1_500 },
  ]);
}

const cloud = await startJobCloud({ latencyMs: 25 });
const executor = cloud.createExecutor({ watchMs: values.faults ? 300 : 2_000 });
if (values.faults) {
  cloud.storage.faultOf = troubleOfStorage;
  cloud.run.faultOf = troubleOfRun;
}
const tally = new Map<string, number>();
const latenciesMs: number[] = [];
const total = Number(values.runs);
let next = 0;

async function runSome(): Promise<void> {
  while (next < total) {
    const mark = `run ${next++}\n`;
    const program = {
      language: "python",
      code: "print(input())",
      stdin: mark,
      engine: "auto",
      timeoutMs: 20_000,
      files: [],
      collect: { files: 0, fileBytes: 0, totalBytes: 0 },
      svg: false,
    } as const;
    const options = { signal: AbortSignal.timeout(200_000), receive: async () => undefined };
    const beganAt = performance.now();
    const outcome = await executor.run(program, options).then(
      (run) => (run.status === "succeeded" && run.stdout !== mark ? "WRONG" : run.status),
      (error: unknown) => `refused: ${error instanceof Error && "code" in error ? error.code : "unknown"}`,
    );
    latenciesMs.push(performance.now() - beganAt);
    tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
  }
}

try {
  await Promise.all(Array.from({ length: Number(values["at-once"]) }, runSome));
  await sleep(500);
  const outputs = cloud.run.executions.flatMap(({ containers }) => containers);
  const idle = outputs.filter((container) => container.output().includes("Another container")).length;
  console.log(`${total} programs, ${outputs.length} containers, ${idle} of which had nothing to run`);
  for (const [outcome, count] of tally) console.log(`  ${outcome}: ${count}`);
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(latenciesMs, share).toFixed(0));
  console.log(`from the call to the result: p50 ${p50} ms, p99 ${p99} ms`);
} finally {
  await cloud.close();
}
process.exit();
