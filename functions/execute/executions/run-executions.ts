import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#shared/errors/app-error.ts";
import { firstOf } from "#shared/waiting/first-of.ts";
import type { EndedRun, ExecutionRecord, FailedRun, HandedOver } from "./execution-record.ts";
import type { ExecutionRecords } from "./execution-records.ts";
import type { ExecutionStore } from "./execution-store.ts";
import { createOtherRuns, type OtherRuns, type RunningExecutions, toFailedRun } from "./other-runs.ts";
import { createRunNote, type RunNote } from "./run-note.ts";

/** How a running job is left to other instances. */
export interface JobHandOver {
  /** Told when another instance can take up the run, before the program can start. Never rejects. */
  readonly onHandOver: (handedOver: HandedOver) => Promise<void>;
  /** True when another instance can take up the run. */
  readonly isNoted: () => boolean;
  /** Asked when the signal aborts: true when the program is to go on. */
  readonly isHandedOver: () => boolean;
}

/** What is to be run: it may begin only when its execution has been noted. */
export interface Job {
  readonly owner: string;
  /** Without an outcome. */
  readonly record: ExecutionRecord;
  /** Runs the program; rejects when it cannot be had. */
  run(signal: AbortSignal, handOver: JobHandOver): Promise<EndedRun>;
  /** True for a caller who may leave before the end. */
  readonly outlivesCaller: boolean;
}

/** How long a caller stays. */
export interface Waiting {
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** True when somebody has begun to start the execution: it may be noted in a moment. */
  readonly isExpected?: boolean;
}

/** Runs programs on behalf of callers who need not stay until the end. */
export interface Executions {
  /**
   * Starts a job and waits for its end, at most `waitMs`.
   * @returns the record, without an outcome when the program still runs
   * @throws what the job's run throws, and the signal's reason when the caller leaves: that ends the program unless it outlives its caller
   */
  start(job: Job, waiting: Waiting): Promise<ExecutionRecord>;
  /** Waits for the end of an execution that runs here or elsewhere. @returns null when nothing is known of it */
  wait(owner: string, id: string, waiting: Waiting): Promise<ExecutionRecord | null>;
  /** Ends a program that runs here or elsewhere. */
  cancel(owner: string, id: string): Promise<void>;
  /** Ends what runs; resolves when all has been noted. */
  close(): Promise<void>;
}

const ASK_AGAIN_MS = 500;
/** Queue, start, program and the collection of its files together take less. */
const LONGEST_MS = 120_000;

/**
 * Builds it.
 * @param store remembers what callers may ask for later
 * @param others null where programs end with the instance that started them
 */
export function createExecutions(store: ExecutionStore, others: OtherRuns | null = null): Executions {
  const running: RunningExecutions = new Map();
  const { records } = store;
  const otherRuns = createOtherRuns(store, running, others);

  return {
    async start(job, { waitMs, signal }) {
      const { owner, record } = job;
      const controller = new AbortController();
      let isLeft = job.outlivesCaller;
      const note = createRunNote(records, job, () => isLeft);
      const ended = runJob(records, job, { signal: controller.signal, note }).finally(() =>
        running.delete(record.id),
      );
      running.set(record.id, { owner, controller, ended, isOfOthers: false });
      ended.catch(() => undefined);
      const leave = () => {
        if (!isLeft) controller.abort(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      try {
        const first = await firstOf(ended, waitMs, signal);
        if (first !== null) return first;
        if (!isLeft) await note.save();
        isLeft = true;
        await note.catchUp();
        void heedCancels(store, job, controller, () => running.has(record.id));
        return record;
      } catch (error) {
        leave();
        throw error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    async wait(owner, id, waiting) {
      const here = running.get(id);
      if (here?.owner !== owner)
        return waitElsewhere(store, owner, id, { ...waiting, takeUp: otherRuns.takeUp });
      return (await firstOf(here.ended, waiting.waitMs, waiting.signal)) ?? records.find(owner, id);
    },
    async cancel(owner, id) {
      const here = running.get(id);
      if (here?.owner !== owner || here.isOfOthers) return otherRuns.cancel(owner, id);
      here.controller.abort(cancelled());
      await here.ended.catch(() => undefined);
    },
    async close() {
      const reason = new AppError("shutting_down", "The server stopped: send the program again in a moment.");
      for (const { controller } of running.values()) controller.abort(reason);
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
      await records.settle();
    },
  };
}

/** Runs a job and notes what became of it. */
async function runJob(
  records: ExecutionRecords,
  job: Job,
  { signal, note }: { readonly signal: AbortSignal; readonly note: RunNote },
): Promise<ExecutionRecord> {
  const { owner, record } = job;
  const { isLeft } = note;
  if (isLeft()) await note.save();
  const isHandedOver = () => isStopped(signal) && note.isNoted();
  const outcome = await job
    .run(signal, { onHandOver: note.handOver, isNoted: note.isNoted, isHandedOver })
    .catch((error: unknown) => {
      if (isLeft()) return toFailedRun(error);
      throw error;
    });
  const ended = { ...record, outcome };
  await note.settle();
  // Another instance notes its end.
  if (outcome.kind === "failed" && isHandedOver()) return record;
  // Whoever cancels an execution removes it.
  if (isCancelled(signal)) return ended;
  const known = note.isNoted() ? await records.find(owner, record.id).catch(() => record) : record;
  // It has been removed, or taken up, at another instance while this one had no processor.
  if (known === null || known.outcome !== null) return known ?? ended;
  const later = () => records.saveLater(owner, ended);
  if (isLeft()) await records.save(owner, ended).catch(later);
  else later();
  return ended;
}

/** Another instance may have been asked to end the program. */
async function heedCancels(
  store: ExecutionStore,
  { owner, record }: Job,
  controller: AbortController,
  isRunning: () => boolean,
): Promise<void> {
  while (isRunning()) {
    await sleep(ASK_AGAIN_MS, undefined, { ref: false });
    if (await store.isAskedToCancel(owner, record.id).catch(() => false)) controller.abort(cancelled());
  }
}

interface ElsewhereWaiting extends Waiting {
  /** @returns null for a run that cannot be taken up here */
  readonly takeUp: (owner: string, record: ExecutionRecord) => Promise<ExecutionRecord> | null;
}

/** Looks for the result that another instance notes. */
async function waitElsewhere(
  store: ExecutionStore,
  owner: string,
  id: string,
  { waitMs, signal, isExpected = false, takeUp }: ElsewhereWaiting,
): Promise<ExecutionRecord | null> {
  const until = performance.now() + waitMs;
  for (;;) {
    const record = await store.records.find(owner, id);
    if (isSettled(record, isExpected)) return record;
    const taken = record === null ? null : takeUp(owner, record);
    const leftMs = Math.max(0, until - performance.now());
    if (taken !== null) return (await firstOf(taken, leftMs, signal)) ?? record;
    if (record !== null && isOld(record)) return { ...record, outcome: toLostRun() };
    if (performance.now() >= until) return record;
    await sleep(ASK_AGAIN_MS, undefined, { signal });
  }
}

/** True when waiting brings nothing more. */
function isSettled(record: ExecutionRecord | null, isExpected: boolean): boolean {
  return record === null ? !isExpected : record.outcome !== null;
}

function isOld({ startedAt }: ExecutionRecord): boolean {
  return Date.now() - Date.parse(startedAt) > LONGEST_MS;
}

function isStopped({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof AppError && reason.code === "shutting_down";
}

function isCancelled({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason instanceof AppError && reason.code === "cancelled";
}

function cancelled(): AppError {
  return new AppError("cancelled", "The program was cancelled.");
}

function toLostRun(): FailedRun {
  const error = "The server was restarted while the program ran: send the program again.";
  return { kind: "failed", endedAt: new Date().toISOString(), code: "execution_lost", error };
}
