import { type JobCloud, startJobCloud } from "../job-cloud.ts";
import type { RunCall } from "../run/run-call.ts";
import type { RunTrouble } from "../run-stand-in.ts";
import type { StorageCall } from "../storage/storage-call.ts";
import type { Trouble } from "../storage-stand-in.ts";
import { type Chance, createOrdinals, createRows, pick } from "./chance.ts";
import type { TroubledCloud } from "./run-programs.ts";

const STORAGE: readonly Trouble[] = [
  { status: 503 },
  { status: 500 },
  { status: 429 },
  { reset: "before" },
  { reset: "after" },
  { delayMs: 300 },
  { truncateAt: 50 },
];
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
const KILL_SHARE = 0.05;
/** A container lives about so long. */
const KILL_WITHIN_MS = 2_500;

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

  /** The program that a run is of: the one of its bucket when the run was first heard of. */
  const numberOf = (bucket: string, runId: string): number => {
    const number = numbers.get(runId) ?? current.get(bucket) ?? -1;
    numbers.set(runId, number);
    return number;
  };
  const lotOf = (number: number, event: string) =>
    chance.of(number, `${event} ${ordinal(`${number} ${event}`)}`);
  const note = <T extends object>(what: string, trouble: T | null): T | null => {
    const name = `${what} ${JSON.stringify(trouble)}`;
    if (trouble !== null) troubles.set(name, (troubles.get(name) ?? 0) + 1);
    return trouble;
  };
  cloud.storage.faultOf = (call) => {
    const number = numberOf(call.bucket, call.key.split("/").at(-1) ?? "");
    const event = eventOf(call);
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
    if (permission !== "run.jobs.run" || lotOf(number, "kill") >= KILL_SHARE) return trouble;
    excuses.set(number, ["a container that was killed"]);
    troubles.set("killed", (troubles.get("killed") ?? 0) + 1);
    return { ...trouble, killAfterMs: Math.round(chance.of(number, "when") * KILL_WITHIN_MS) };
  };
  return {
    troubles,
    excuses: { of: (number) => excuses.get(number) ?? [] },
    places: buckets.map((bucket) => ({
      executor: cloud.createExecutor({ watchMs: 500 }, bucket),
      begin: (number) => void current.set(bucket, number),
    })),
    settled: cloud.run.settled,
    close: cloud.close,
  };
}

/** Which call of a run it is, whoever makes it. */
function eventOf({ method, key, headers }: StorageCall): string {
  const folder = key.split("/")[0] ?? "";
  const by = headers.authorization === undefined ? "container" : "function";
  const isLook = method === "GET" && by === "function" && folder === "results" && headers.range === undefined;
  return isLook ? "look" : `${by} ${method} ${folder}`;
}

/** The run that a call of the API is about, by the address that its container was given. */
function placeOf({ permission, path, body }: RunCall, cloud: JobCloud) {
  const shortName = /\/executions\/([^/:]+)/.exec(path)?.[1];
  const execution = cloud.run.executions.find((one) => one.shortName === shortName);
  const url = permission === "run.jobs.run" ? body : (execution?.environment["IN_URL"] ?? "");
  const [, bucket = "", runId = ""] = /\/(exchange-\d+)\/programs\/([\w-]+)/.exec(url) ?? [];
  return runId === "" ? null : { bucket, runId };
}
