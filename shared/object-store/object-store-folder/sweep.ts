import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describeCause } from "../../observability/describe-cause.ts";
import { type Place, removeIfEmpty } from "./place.ts";
import { CONTENT_NAME } from "./receive.ts";
import { costOf } from "./space.ts";
import { hasCode } from "./storage-error.ts";
import { listVersions, removeVersions } from "./version.ts";
import { walkKeys } from "./walk.ts";

/** Bounds the work of one sweep: the next one goes on where it stopped. */
const KEYS_PER_SWEEP = 10_000;

/** What was not written to for this long belongs to a process that is no more. */
const STALE_INCOMING_MS = 300_000;

/** A folder of 20,000 objects is counted within this time; in a larger one the bound holds a little later. */
const COUNT_WAIT_MS = 2000;

/** Removes what has expired and what crashed processes left, and counts what stays. */
export interface Sweeper {
  /** Done when the first round has counted the whole folder, or has failed, or goes on for longer than a put should wait. */
  readonly counted: Promise<void>;
  /** Stops; done when nothing works on the folder any more. */
  close(): Promise<void>;
}

/** Sweeps: all of the folder at once, then a bounded part of it each `everyMs`. Failures are logged, and tried again. */
export function startSweeper(place: Place, everyMs: number): Sweeper {
  let closed = false;
  let round: AsyncGenerator<void> | undefined;

  const sweep = async (keys: number): Promise<void> => {
    try {
      round ??= sweepAll(place);
      for (let seen = 0; seen < keys && !closed; seen += 1) {
        if ((await round.next()).done !== true) continue;
        round = undefined;
        return;
      }
    } catch (thrown) {
      round = undefined;
      if (!closed)
        place.logger.log("WARNING", "the object store was not swept", { ...describeCause(thrown) });
    }
  };

  const first = sweep(Number.POSITIVE_INFINITY);
  const counted = endWithin(first, COUNT_WAIT_MS);
  let running: Promise<void> | undefined = first.finally(() => {
    running = undefined;
  });
  const timer = setInterval(() => {
    running ??= sweep(KEYS_PER_SWEEP).finally(() => {
      running = undefined;
    });
  }, everyMs).unref();

  return {
    counted,
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
      await round?.return(undefined);
    },
  };
}

/** Waits for work that goes on by itself, but not for ever. */
async function endWithin(work: Promise<void>, waitMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs).unref();
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

/** One round over everything, a step a key. What cannot be swept does not keep it from the rest: the first failure is thrown at the end. */
async function* sweepAll(place: Place): AsyncGenerator<void> {
  const startedAtMs = place.now();
  const endCount = place.space.startCount();
  const leave = async (path: string) => path === place.objects || (await removeIfEmpty(path));
  let bytes = 0;
  let failure: unknown;
  const noteFailure = (thrown: unknown) => {
    failure ??= thrown;
    return 0;
  };
  for (const name of await readdir(place.incoming)) {
    bytes += await sweepIncoming(place, name).catch(noteFailure);
    yield;
  }
  for await (const { path } of walkKeys({ path: place.objects, begin: "" }, leave)) {
    bytes += await sweepKey(place, path, startedAtMs).catch(noteFailure);
    yield;
  }
  endCount(bytes);
  if (failure !== undefined) throw failure;
}

/** @returns what stays, in bytes of the bound; 0 for what was put after the round began, which the bound knows already */
async function sweepKey(place: Place, path: string, startedAtMs: number): Promise<number> {
  const versions = await listVersions(path);
  const youngest = versions.at(-1);
  if (!youngest || youngest.expiresAtMs <= place.now()) {
    await removeVersions(place, path, versions);
    await removeIfEmpty(path);
    return 0;
  }
  await removeVersions(place, path, versions.slice(0, -1));
  return youngest.stamp <= startedAtMs ? costOf(youngest.sizeBytes) : 0;
}

/** @returns what stays, in bytes of the bound */
async function sweepIncoming(place: Place, name: string): Promise<number> {
  const path = join(place.incoming, name);
  const { touchedAtMs, sizeBytes } = await lookAtIncoming(path);
  if (place.writing.has(name) || place.now() - touchedAtMs < STALE_INCOMING_MS) return costOf(sizeBytes);
  await rm(path, { recursive: true, force: true });
  return 0;
}

async function lookAtIncoming(
  path: string,
): Promise<{ readonly touchedAtMs: number; readonly sizeBytes: number }> {
  try {
    const { mtimeMs, size } = await lstat(join(path, CONTENT_NAME));
    return { touchedAtMs: mtimeMs, sizeBytes: size };
  } catch (thrown) {
    if (!hasCode(thrown, "ENOENT", "ENOTDIR")) throw thrown;
  }
  const alone = await lstat(path).catch(() => undefined);
  return { touchedAtMs: alone?.mtimeMs ?? 0, sizeBytes: 0 };
}
