import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "#shared/errors/app-error.ts";
import type { EndedRun, ExecutionRecord, FailedRun } from "./execution-record.ts";
import type { ExecutionStore } from "./execution-store.ts";

/** How runs of other instances are taken up, where that can be. */
export interface OtherRuns {
  /** Waits for the end of a run and takes what it leaves, for as long as the signal lets it. */
  takeUp(owner: string, record: ExecutionRecord, signal: AbortSignal): Promise<EndedRun>;
  /** Ends a program by its ticket. Never rejects. */
  giveUp(ticket: string): Promise<void>;
}

/** What runs here, by its id. */
export type RunningExecutions = Map<
  string,
  {
    readonly owner: string;
    readonly controller: AbortController;
    readonly ended: Promise<ExecutionRecord>;
    /** True when another instance has started it. */
    readonly isOfOthers: boolean;
  }
>;

/** Executions that another instance has started. */
export interface OthersExecutions {
  /** Joins one as if it ran here. @returns null for one that cannot be taken up */
  takeUp(owner: string, record: ExecutionRecord): Promise<ExecutionRecord> | null;
  /** Ends one: where its program is, and in whatever instance waits for it. */
  cancel(owner: string, id: string): Promise<void>;
}

/** Builds it; `running` is told what is taken up. */
export function createOtherRuns(
  store: ExecutionStore,
  running: RunningExecutions,
  others: OtherRuns | null,
): OthersExecutions {
  const { records } = store;

  async function finish(
    owner: string,
    record: ExecutionRecord,
    { takeUp, signal }: Pick<OtherRuns, "takeUp"> & { readonly signal: AbortSignal },
  ): Promise<ExecutionRecord> {
    const { handedOver: _, ...rest } = record;
    const stop = new AbortController();
    const inner = AbortSignal.any([signal, stop.signal]);
    const taken = takeUp(owner, record, inner).catch(toFailedOrThrow);
    taken.catch(() => undefined);
    try {
      const outcome = await Promise.race([taken, untilNoted(records, owner, record, inner)]);
      // What this instance leaves is for the next; what has been cancelled stays forgotten; what another one noted stays.
      if (signal.aborted) return record;
      const known = await records.find(owner, record.id);
      if (outcome === null || known?.outcome !== null) return known ?? record;
      const ended = { ...rest, outcome };
      await records.save(owner, ended);
      return ended;
    } finally {
      stop.abort();
    }
  }

  return {
    takeUp(owner, record) {
      if (others === null || record.handedOver === undefined) return null;
      const controller = new AbortController();
      const { takeUp } = others;
      const { signal } = controller;
      const ended = finish(owner, record, { takeUp, signal }).finally(() => running.delete(record.id));
      running.set(record.id, { owner, controller, ended, isOfOthers: true });
      ended.catch(() => undefined);
      return ended;
    },
    async cancel(owner, id) {
      const here = running.get(id);
      if (here?.owner === owner) here.controller.abort();
      const ticket = (await records.find(owner, id))?.handedOver?.ticket;
      await Promise.all([
        store.askToCancel(owner, id),
        ticket === undefined ? undefined : others?.giveUp(ticket),
      ]);
    },
  };
}

const LOOK_MS = 500;

/** Resolves with null when the instance that has started a run has noted its end, or somebody has removed it. */
async function untilNoted(
  records: ExecutionStore["records"],
  owner: string,
  record: ExecutionRecord,
  signal: AbortSignal,
): Promise<null> {
  for (;;) {
    await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return null;
    const known = await records.find(owner, record.id).catch(() => record);
    if (known === null || known.outcome !== null) return null;
  }
}

/** That what is kept cannot be read now says nothing about the run. */
function toFailedOrThrow(error: unknown): FailedRun {
  if (error instanceof AppError && error.code === "storage_unavailable") throw error;
  return toFailedRun(error);
}

/** A run that could not be had, in the words of its error. */
export function toFailedRun(error: unknown): FailedRun {
  const { code, message } = AppError.from(error);
  return { kind: "failed", endedAt: new Date().toISOString(), code, error: message };
}
