import { AppError } from "#shared/errors/app-error.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import { createSlots } from "#shared/slots/create-slots.ts";
import { createExchange, type ExchangeOptions } from "./exchange/exchange.ts";
import { toStorageError } from "./exchange/to-storage-error.ts";
import type { Executor, Program, RunOptions, RunResult } from "./executor.ts";
import type { Patience } from "./executor-cloud-run-job/follow-run.ts";
import {
  finishRun,
  giveUpRun,
  type JobRunParts,
  parseTicket,
  startRun,
  toTicket,
} from "./executor-cloud-run-job/job-runs.ts";
import { createRunAdmin } from "./executor-cloud-run-job/run-admin.ts";
import { createReportLanguages } from "./report-languages.ts";

/** What the executor is built with. */
export interface CloudRunJobExecutorOptions extends ExchangeOptions {
  /** `projects/P/locations/L/jobs/J`. */
  readonly job: string;
  /** Origin of the Cloud Run Admin API, like https://run.googleapis.com. */
  readonly runEndpoint: string;
  readonly logger: Logger;
  readonly patience?: Partial<Patience>;
}

const PATIENCE: Patience = {
  pollMs: 50,
  watchMs: 2_000,
  startMs: 90_000,
  unconfirmedMs: 30_000,
  handOverMs: 60_000,
};
/** Cloud Run's limit for a project and region is a thousand executions. */
const PLACES = 100;
const SLOTS = {
  places: PLACES,
  queue: PLACES,
  waitMs: 10_000,
  busyMessage: "Too many programs run at the same time: send this one again in a moment.",
  retryAfterSeconds: 5,
};
/** Of a program, with what its container and this side need around it. */
const LONGEST_TIMEOUT_MS = 45_000;

/**
 * Runs each program in an execution of a Cloud Run job of its own. Program and result change hands in a bucket, by addresses that are
 * signed for this one run. The container takes the program before it runs it, by creating an object that can be created once: so a
 * call to start the job may be repeated, and a container may be started twice, and no program runs twice. This side takes it as well when it
 * gives up: then it runs nowhere.
 */
export function createCloudRunJobExecutor(options: CloudRunJobExecutorOptions): Executor {
  const { logger, client, job, runEndpoint } = options;
  const exchange = createExchange(options);
  const admin = createRunAdmin({ client, endpoint: runEndpoint, job });
  const parts: JobRunParts = { exchange, admin, logger, patience: { ...PATIENCE, ...options.patience } };
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const slots = createSlots(SLOTS);

  async function runInJob(program: Program, joined: RunOptions): Promise<RunResult> {
    const release = await slots.take(joined.signal);
    try {
      const run = await startRun(program, parts, joined);
      try {
        await joined.handOver?.started(toTicket(run));
        joined.signal.throwIfAborted();
        const result = await finishRun(run, parts, joined);
        removeProgram(run.runId);
        return result;
      } catch (error) {
        if (!joined.signal.aborted || !joined.handOver?.isDone()) await giveUpRun(run, parts);
        throw error;
      }
    } finally {
      release();
    }
  }

  /** Nobody waits for it but `close`: the caller has the result. */
  function removeProgram(runId: string): void {
    const removed = exchange.removeProgram(runId).finally(() => running.delete(removed));
    running.add(removed);
  }

  /** Lets `close` wait for a run, and turns what goes wrong into words for the public. */
  async function settle(options: RunOptions, start: (joined: RunOptions) => Promise<RunResult>) {
    closing.signal.throwIfAborted();
    const joined = { ...options, signal: AbortSignal.any([options.signal, closing.signal]) };
    const ended = start(joined);
    running.add(ended);
    try {
      return await ended;
    } catch (error) {
      joined.signal.throwIfAborted();
      throw toPublicError(error, logger);
    } finally {
      running.delete(ended);
    }
  }

  async function takeUp(ticket: string, options: RunOptions): Promise<RunResult> {
    const run = parseTicket(ticket);
    const result = await settle(options, (joined) => finishRun(run, parts, joined));
    removeProgram(run.runId);
    return result;
  }

  const run = (program: Program, options: RunOptions) =>
    settle(options, (joined) => runInJob(program, joined));
  const reportLanguages = createReportLanguages({ findObstacle: async () => null, run, logger });
  return {
    run,
    elsewhere: {
      longestMs: toLongestMs(parts.patience),
      takeUp,
      giveUp: (ticket) => giveUpRun(parseTicket(ticket), parts),
    },
    listLanguages: ({ signal }) => reportLanguages(signal),
    async close() {
      const sentence = "The server is stopping: send the program again in a moment.";
      closing.abort(new AppError("shutting_down", sentence));
      await Promise.allSettled(running);
    },
  };
}

function toLongestMs({ startMs, handOverMs }: Patience): number {
  return startMs + LONGEST_TIMEOUT_MS + handOverMs;
}

function toPublicError(error: unknown, logger: Logger): unknown {
  const known = error instanceof GoogleCloudError ? toStorageError(error) : error;
  if (known instanceof AppError && known.cause !== undefined)
    logger.log("ERROR", "Google Cloud refused", { ...describeCause(known.cause) });
  return known;
}
