import { randomBytes } from "node:crypto";
import type { Tokens } from "#shared/google-cloud/metadata-tokens.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Exchange } from "./exchange/exchange.ts";
import type { Elsewhere, Executor, Program, RunOptions, RunResult } from "./executor.ts";
import { receiveOnce } from "./executor-cloud-run-service/read-result.ts";
import { runInContainer, type ServiceParts } from "./executor-cloud-run-service/run-in-container.ts";
import { giveUpRun, takeUpRun } from "./executor-cloud-run-service/runs-elsewhere.ts";
import { lost, shuttingDown, toPublicError } from "./executor-cloud-run-service/service-errors.ts";
import { parseTicket, type ServiceRun } from "./executor-cloud-run-service/service-run.ts";
import { unlessAborted } from "./executor-cloud-run-service/unless-aborted.ts";
import { createReportLanguages } from "./report-languages.ts";

/** What the executor is built with. */
export interface CloudRunServiceOptions {
  /** The address of the sandbox's service, without a path. */
  readonly serviceUrl: string;
  readonly tokens: Pick<Tokens, "identity">;
  readonly logger: Logger;
  /** Where runs are handed over to other instances; without it a program ends with the connection to its container. */
  readonly exchange?: Exchange | null;
  /** Milliseconds that a program may wait for a container, attempts together; 60 s by default. */
  readonly startMs?: number;
  /** Milliseconds beside that and the program's own time, for its files and their way; 25 s by default. */
  readonly transferMs?: number;
  /** Milliseconds that a container may take to see that its caller has gone; 3 s by default. */
  readonly noticeMs?: number;
  /** Milliseconds without an answer after which a request ends that would otherwise end when the answer has come; 10 s by default. */
  readonly endMs?: number;
}

const START_MS = 60_000;
const TRANSFER_MS = 25_000;
const NOTICE_MS = 3_000;
const END_MS = 10_000;
/** For a last look at what a container has left, when the time is over: an instance without a processor may wake later. */
const LAST_LOOK_MS = 10_000;
/** Of a program, with what is around it. */
const LONGEST_TIMEOUT_MS = 45_000;

/**
 * Runs each program in a container of a Cloud Run service that serves one program and ends. A program is sent again only when no
 * container has begun to run it: it never runs twice. Where there is an exchange, a container whose caller has gone leaves its result there,
 * unless the caller gave the run up before: for this instance whose connection broke, or for another one.
 */
export function createCloudRunServiceExecutor(options: CloudRunServiceOptions): Executor {
  const { tokens, logger, exchange = null } = options;
  const { startMs = START_MS, transferMs = TRANSFER_MS, noticeMs = NOTICE_MS, endMs = END_MS } = options;
  const { origin } = new URL(options.serviceUrl);
  const parts: ServiceParts = { origin, tokens, logger, exchange, startMs, noticeMs, endMs };
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  /** Starts it unless the executor closes, and lets that wait for it. */
  async function track(caller: AbortSignal, start: (left: AbortSignal) => Promise<RunResult>) {
    closing.signal.throwIfAborted();
    caller.throwIfAborted();
    const work = start(AbortSignal.any([caller, closing.signal]));
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  const run = (program: Program, options: RunOptions) =>
    track(options.signal, (left) => {
      const longestMs = startMs + program.timeoutMs + transferMs;
      return runOnce(program, { ...options, signal: left }, { ...parts, longestMs });
    });
  const toElsewhere = (place: Exchange): Elsewhere => ({
    longestMs: startMs + LONGEST_TIMEOUT_MS + transferMs,
    takeUp: (ticket, { signal, receive }) =>
      track(signal, (left) =>
        takeUpRun(parseTicket(ticket), { exchange: place, logger }, { signal: left, receive }),
      ),
    giveUp: (ticket) => giveUpRun(parseTicket(ticket), place),
  });
  const reportLanguages = createReportLanguages({ findObstacle: async () => null, run, logger });
  return {
    run,
    ...(exchange !== null && { elsewhere: toElsewhere(exchange) }),
    listLanguages: ({ signal }) => reportLanguages(signal),
    async close() {
      closing.abort(shuttingDown());
      await Promise.allSettled(running);
    },
  };
}

/** Runs one program within `longestMs`. */
async function runOnce(
  program: Program,
  { signal: left, receive, handOver }: RunOptions,
  parts: ServiceParts & { readonly longestMs: number },
): Promise<RunResult> {
  const { exchange, logger, longestMs } = parts;
  const runId = randomBytes(24).toString("base64url");
  const run: ServiceRun = { runId, collect: program.collect, endsAtMs: Date.now() + longestMs };
  const time = limitTime(longestMs, exchange === null ? 0 : LAST_LOOK_MS);
  const cut = new AbortController();
  const signal = AbortSignal.any([cut.signal, time.over]);
  const joined = { signal, deadline: time.deadline, receive: receiveOnce(receive), handOver };
  try {
    // A consumer that hangs holds up nobody who has left.
    const work = runInContainer(program, run, parts, joined);
    return await unlessAborted(work, AbortSignal.any([left, time.over]));
  } catch (error) {
    // The container is told so before it sees that its caller has gone.
    if (left.aborted && exchange !== null && !handOver?.isDone()) await giveUpRun(run, exchange);
    left.throwIfAborted();
    throw time.deadline.aborted ? lost() : toPublicError(error, logger);
  } finally {
    cut.abort(left.reason);
    time.lift();
  }
}

/** Aborts `deadline` after a time, and `over` so much later: an instance that had no processor meanwhile has that time left when it wakes. */
function limitTime(deadlineMs: number, moreMs: number) {
  const deadline = new AbortController();
  const over = new AbortController();
  const reason = new DOMException("No result in time.", "TimeoutError");
  let timer = setTimeout(() => {
    timer = setTimeout(() => over.abort(reason), moreMs);
    deadline.abort(reason);
  }, deadlineMs);
  return { deadline: deadline.signal, over: over.signal, lift: () => clearTimeout(timer) };
}
