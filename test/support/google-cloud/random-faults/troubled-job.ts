import type { Executor, RunOptions, RunResult } from "#functions/execute/executor/executor.ts";
import { parseTicket } from "#functions/execute/executor/executor-cloud-run-job/job-runs.ts";
import { type JobCloud, startJobCloud } from "../job-cloud.ts";
import type { RunCall } from "../run/run-call.ts";
import type { RunTrouble } from "../run-stand-in.ts";
import { type Chance, createOrdinals, createRows, pick } from "./chance.ts";
import { createContainerKiller, type Moment } from "./kill-containers.ts";
import { runInInstance } from "./run-in-instance.ts";
import type { TroubledCloud } from "./run-programs.ts";
import { eventOf, STORAGE } from "./storage-troubles.ts";

const QUESTIONS: readonly RunTrouble[] = [
  { status: 500 },
  { status: 429 },
  { reset: "before" },
  { reset: "after" },
];
const STARTS: readonly RunTrouble[] = [
  { status: 500 },
  { status: 503 },
  { status: 429 },
  { reset: "before" },
  { reset: "after" },
  { reset: "after", containers: 2 },
  { containers: 2 },
  { containers: 3, startDelayMs: 200 },
  { answerDelayMs: 500 },
  { startDelayMs: 1_500 },
];
const STORAGE_SHARE = 0.15;
/** There are many of them in each run. */
const LOOK_SHARE = 0.04;
const RUN_SHARE = 0.25;
/** How many are run by an instance that is killed while it waits; another one takes them up. */
const INSTANCE_SHARE = 0.1;
const INSTANCE_WITHIN_MS = 1_500;
/** Whoever takes up a run that was never asked for waits so long for its container. */
const PATIENCE = { watchMs: 500, startMs: 45_000 } as const;
const LONGEST_MS = 170_000;
/** What a program without a result is told as. */
const NO_RESULT =
  /^killed, and says so|^refused, .*: (The sandbox's container ended before it took the program|No sandbox started in time|Cloud Run did not confirm)/;

/**
 * Starts executors over a job whose storage, API and containers fail at random: each has a bucket of its own, so that every call is known to
 * be of one program.
 */
export async function startTroubledJob(options: {
  readonly chance: Chance;
  readonly atOnce: number;
  readonly command: readonly [string, ...string[]];
}): Promise<TroubledCloud> {
  const { chance, atOnce, command } = options;
  const buckets = Array.from({ length: atOnce }, (_, index) => `exchange-${index}`);
  const cloud = await startJobCloud({ command, buckets });
  const current = new Map<string, number>();
  const numbers = new Map<string, number>();
  const excuses = new Map<number, string[]>();
  const troubles = new Map<string, number>();
  const ordinal = createOrdinals();
  const inRow = createRows();
  const excuse = (number: number, what: string) => {
    excuses.set(number, [...(excuses.get(number) ?? []), what]);
    count(what);
  };
  const count = (what: string) => troubles.set(what, (troubles.get(what) ?? 0) + 1);
  const killer = createContainerKiller(chance, cloud, excuse);

  /** The program that a run is of: the one of its bucket when the run was first heard of. */
  const numberOf = (bucket: string, runId: string): number => {
    const number = numbers.get(runId) ?? current.get(bucket) ?? -1;
    numbers.set(runId, number);
    return number;
  };
  const lotOf = (number: number, event: string) =>
    chance.of(number, `${event} ${ordinal(`${number} ${event}`)}`);
  const note = <T extends object>(what: string, trouble: T | null): T | null => {
    if (trouble !== null) count(`${what} ${JSON.stringify(trouble)}`);
    return trouble;
  };
  cloud.storage.faultOf = (call) => {
    const runId = call.key.split("/").at(-1) ?? "";
    const number = numberOf(call.bucket, runId);
    const event = eventOf(call);
    const moment = MOMENTS.get(event);
    if (moment !== undefined) killer.heard(moment, { number, bucket: call.bucket, runId });
    const share = event === "look" ? LOOK_SHARE : STORAGE_SHARE;
    return note("storage", inRow(`${number} ${event}`, pick(STORAGE, share, lotOf(number, event))));
  };
  cloud.run.faultOf = (call) => {
    const permission = call.permission ?? "unknown";
    const place = placeOf(call, cloud);
    const number = place === null ? -1 : numberOf(place.bucket, place.runId);
    const asked = permission === "run.jobs.run" ? STARTS : QUESTIONS;
    const lot = lotOf(number, permission);
    const trouble = note(permission, inRow(`${number} ${permission}`, pick(asked, RUN_SHARE, lot)));
    if (permission === "run.jobs.run" && place !== null) killer.heard("asked for", { number, ...place });
    return trouble;
  };

  /** Where an instance is to be killed, it is a process of its own, and the executor of the place takes up its run. */
  const createExecutor = (bucket: string): Executor => {
    const executor = cloud.createExecutor(PATIENCE, bucket);
    const { metadata, storage, run } = cloud;
    const places = {
      metadataHost: metadata.host,
      storageUrl: storage.endpoint,
      runUrl: run.endpoint,
      bucket,
    };
    return {
      ...executor,
      async run(program, options) {
        const number = current.get(bucket) ?? -1;
        if (chance.of(number, "instance") >= INSTANCE_SHARE) return executor.run(program, options);
        // Mostly early: that is when it asks for the container, and notes what it knows.
        const killAfterMs = chance.of(number, "when the instance") ** 2 * INSTANCE_WITHIN_MS;
        const asked = { program, places, patience: PATIENCE, longestMs: LONGEST_MS };
        const end = await runInInstance(asked, killAfterMs);
        if (typeof end !== "string") return end;
        count("an instance killed");
        try {
          return await takeUp(executor, end, options);
        } finally {
          const { runId } = parseTicket(end);
          if (!cloud.run.executions.some(({ environment }) => environment["IN_URL"]?.includes(runId)))
            excuse(number, "an instance killed before it had asked for a container");
        }
      },
    };
  };
  return {
    troubles,
    excuses: { of: (number) => excuses.get(number) ?? [], outcomes: NO_RESULT },
    places: buckets.map((bucket) => ({
      executor: createExecutor(bucket),
      begin: (number) => void current.set(bucket, number),
    })),
    settled: cloud.run.settled,
    close: cloud.close,
  };
}

function takeUp({ elsewhere }: Executor, ticket: string, options: RunOptions): Promise<RunResult> {
  if (elsewhere === undefined) throw new Error("nobody can take up a run");
  return elsewhere.takeUp(ticket, options);
}

const MOMENTS: ReadonlyMap<string, Moment> = new Map([
  ["container PUT claims", "claims"],
  ["container PUT results", "puts its result"],
]);

/** The run that a call of the API is about, by the address that its container was given. */
function placeOf({ permission, path, body }: RunCall, cloud: JobCloud) {
  const shortName = /\/executions\/([^/:]+)/.exec(path)?.[1];
  const execution = cloud.run.executions.find((one) => one.shortName === shortName);
  const url = permission === "run.jobs.run" ? body : (execution?.environment["IN_URL"] ?? "");
  const [, bucket = "", runId = ""] = /\/(exchange-\d+)\/programs\/([\w-]+)/.exec(url) ?? [];
  return runId === "" ? null : { bucket, runId };
}
