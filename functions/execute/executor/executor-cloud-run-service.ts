import { randomBytes } from "node:crypto";
import { DocumentError } from "#sandbox/entry/document.ts";
import { encodeProgramDocument } from "#sandbox/entry/program-document.ts";
import { readResultDocument } from "#sandbox/entry/result-document.ts";
import { AppError } from "#shared/errors/app-error.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import type { Tokens } from "#shared/google-cloud/metadata-tokens.ts";
import { delayBefore, pause } from "#shared/google-cloud/retry-policy.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Executor, Program, RunOptions, RunResult } from "./executor.ts";
import { askContainer, type ContainerAnswer } from "./executor-cloud-run-service/ask-container.ts";
import { type HeldFiles, holdFiles } from "./executor-cloud-run-service/hold-files.ts";
import { toRefusal } from "./executor-cloud-run-service/to-refusal.ts";
import { createReportLanguages } from "./report-languages.ts";

/** What the executor is built with. */
export interface CloudRunServiceOptions {
  /** The address of the sandbox's service, without a path. */
  readonly serviceUrl: string;
  readonly tokens: Pick<Tokens, "identity">;
  readonly logger: Logger;
  /** Milliseconds that a program may wait for a container, attempts together; 60 s by default. */
  readonly startMs?: number;
  /** Milliseconds beside that and the program's own time, for its files and their way; 25 s by default. */
  readonly transferMs?: number;
}

const START_MS = 60_000;
const TRANSFER_MS = 25_000;
const MOST_ATTEMPTS = 8;
const RETRY_SECONDS = 2;

type Outcome =
  | { readonly kind: "result"; readonly result: RunResult }
  | Exclude<ContainerAnswer, { kind: "answered" }>;

/**
 * Runs each program in a container of a Cloud Run service that serves one program and ends. A program is sent again only when no
 * container has begun to run it: it never runs twice.
 */
export function createCloudRunServiceExecutor(options: CloudRunServiceOptions): Executor {
  const { tokens, logger } = options;
  const { origin } = new URL(options.serviceUrl);
  const { startMs = START_MS, transferMs = TRANSFER_MS } = options;
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();

  async function attempt(program: Program, files: HeldFiles, joined: RunOptions): Promise<Outcome> {
    const { signal, receive } = joined;
    const runId = randomBytes(24).toString("base64url");
    const identityToken = await tokens.identity(origin, signal);
    const body = encodeProgramDocument({ runId, program: { ...program, files: files.open() } });
    return askContainer({ origin, identityToken, body, signal }, async (answer) => {
      if (answer.kind !== "answered") return answer;
      if (answer.status !== 200) throw toRefusal(answer.status, logger);
      const { collect } = program;
      const { outcome, cut } = await readResultDocument(answer.body, { runId, collect, receive });
      signal.throwIfAborted();
      if (cut !== null) logger.log("WARNING", "A container did not hand over all files", { cause: cut });
      if (outcome.kind === "refused") throw new AppError(outcome.code, outcome.message);
      return { kind: "result", result: outcome.result };
    });
  }

  async function runInContainer(program: Program, joined: RunOptions): Promise<RunResult> {
    const { signal } = joined;
    const files = await holdFiles(program.files, signal);
    const giveUpAt = performance.now() + startMs;
    for (let number = 1; ; number += 1) {
      const outcome = await attempt(program, files, joined);
      if (outcome.kind === "result") return outcome.result;
      logger.log("WARNING", "A container gave no result", {
        outcome: outcome.kind,
        cause: outcome.why,
        number,
      });
      if (outcome.kind === "lost") throw lost();
      if (number >= MOST_ATTEMPTS || performance.now() > giveUpAt || !files.canRepeat()) throw busy();
      await pause(delayBefore(number, null), signal);
    }
  }

  async function run(program: Program, { signal: caller, receive }: RunOptions): Promise<RunResult> {
    if (closing.signal.aborted) throw shuttingDown();
    caller.throwIfAborted();
    const deadline = AbortSignal.timeout(startMs + program.timeoutMs + transferMs);
    const signal = AbortSignal.any([caller, closing.signal, deadline]);
    // A consumer that hangs holds up nobody who has left.
    const work = unlessAborted(runInContainer(program, { signal, receive }), signal);
    running.add(work);
    try {
      return await work;
    } catch (error) {
      if (caller.aborted) throw caller.reason;
      if (closing.signal.aborted) throw closing.signal.reason;
      if (deadline.aborted) throw lost();
      throw toPublicError(error, logger);
    } finally {
      running.delete(work);
    }
  }

  const reportLanguages = createReportLanguages({ findObstacle: async () => null, run, logger });
  return {
    run,
    listLanguages: ({ signal }) => reportLanguages(signal),
    async close() {
      closing.abort(shuttingDown());
      await Promise.allSettled(running);
    },
  };
}

/** Does not wait for work that goes on although nobody wants it any more. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const leave = () => aborted.reject(signal.reason);
  signal.addEventListener("abort", leave, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

function toPublicError(error: unknown, logger: Logger): unknown {
  if (error instanceof DocumentError) {
    if (error.problem === "wrong_size") {
      const sentence = "A file has more or less content than was announced: send it again.";
      return new AppError("invalid_file", sentence);
    }
    logger.log("ERROR", "A container's result cannot be read", {
      ...describeCause(error),
      problem: error.problem,
    });
    return lost();
  }
  if (error instanceof GoogleCloudError) {
    const sentence = "The function cannot prove who it is to the sandbox's service: try again in a moment.";
    return new AppError("function_unavailable", sentence, { cause: error, retryAfterSeconds: RETRY_SECONDS });
  }
  return error;
}

function lost(): AppError {
  const sentence = "The sandbox's container ended before it gave a result: send the program again.";
  return new AppError("function_unavailable", sentence, { retryAfterSeconds: RETRY_SECONDS });
}

function busy(): AppError {
  const sentence = "No container of the sandbox was free: send the program again in a moment.";
  return new AppError("overloaded", sentence, { retryAfterSeconds: RETRY_SECONDS });
}

function shuttingDown(): AppError {
  return new AppError("shutting_down", "The server is stopping: send the program again in a moment.");
}
