import { DocumentError } from "#sandbox/entry/document.ts";
import { encodeProgramDocument } from "#sandbox/entry/program-document.ts";
import type { ReadResult } from "#sandbox/entry/result-document.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import type { Tokens } from "#shared/google-cloud/metadata-tokens.ts";
import { delayBefore, pause } from "#shared/google-cloud/retry-policy.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { HandOver, Program, ReceiveFile, RunResult } from "../executor.ts";
import { askContainer, type ContainerAnswer } from "./ask-container.ts";
import { type HeldFiles, holdFiles } from "./hold-files.ts";
import { readResult, toRunResult } from "./read-result.ts";
import { busy, lost } from "./service-errors.ts";
import { followResult, type ServiceRun, toTicket } from "./service-run.ts";
import { toRefusal } from "./to-refusal.ts";

/** What programs are run with. */
export interface ServiceParts {
  /** The service's address, without a slash at its end. */
  readonly origin: string;
  readonly tokens: Pick<Tokens, "identity">;
  readonly logger: Logger;
  /** Where runs are handed over; null where nothing can be signed. */
  readonly exchange: Exchange | null;
  /** Milliseconds that a program may wait for a container, attempts together. */
  readonly startMs: number;
  /** Milliseconds that a container may take to see that its caller has gone. */
  readonly noticeMs: number;
  /** Milliseconds without an answer after which a request ends. */
  readonly endMs: number;
}

/** What a run is joined to. */
export interface JoinedRun {
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Ends the conversation with the container: what it leaves is still looked for. */
  readonly deadline: AbortSignal;
  readonly receive: ReceiveFile;
  readonly handOver?: HandOver | undefined;
}

type Outcome =
  | { readonly kind: "result"; readonly read: ReadResult }
  /** `read` is what came, where something did. */
  | { readonly kind: "lost"; readonly why: string; readonly read: ReadResult | null }
  | Extract<ContainerAnswer, { kind: "not_started" }>;

const MOST_ATTEMPTS = 8;

/**
 * Sends a program to a container, and to another one only where none has begun to run it. Where the answer does not come, it takes what the
 * container leaves.
 * @throws AppError; GoogleCloudError; DocumentError; what `receive` and the files throw; the signal's reason
 */
export async function runInContainer(
  program: Program,
  run: ServiceRun,
  parts: ServiceParts,
  joined: JoinedRun,
): Promise<RunResult> {
  const { logger, exchange, startMs } = parts;
  const { handOver } = joined;
  const signal = AbortSignal.any([joined.signal, joined.deadline]);
  const files = await holdFiles(program.files, signal);
  const giveUpAt = performance.now() + startMs;
  if (exchange !== null) await handOver?.started(toTicket(run));
  for (let number = 1; ; number += 1) {
    const outcome = await attempt({ program, files }, run, parts, joined);
    if (outcome.kind === "result") return take(outcome.read, logger);
    const { kind, why } = outcome;
    logger.log("WARNING", "A container gave no result", { outcome: kind, cause: why, number });
    if (kind === "lost") return recover(run, outcome.read, parts, joined);
    if (number >= MOST_ATTEMPTS || performance.now() > giveUpAt || !files.canRepeat()) throw busy();
    await pause(delayBefore(number, null), signal);
  }
}

async function attempt(
  { program, files }: { readonly program: Program; readonly files: HeldFiles },
  run: ServiceRun,
  { origin, tokens, logger, exchange, endMs }: ServiceParts,
  { signal: ended, deadline, receive, handOver }: JoinedRun,
): Promise<Outcome> {
  const signal = AbortSignal.any([ended, deadline]);
  const identityToken = await tokens.identity(origin, signal);
  const body = encodeProgramDocument({
    runId: run.runId,
    program: { ...program, files: files.open() },
    handOver: exchange?.signHandOver(run.runId) ?? null,
  });
  const endAfterMs = exchange === null ? null : endMs;
  const request = { origin, identityToken, body, endAfterMs, signal };
  try {
    return await askContainer(request, async (answer): Promise<Outcome> => {
      if (answer.kind === "not_started") return answer;
      if (answer.kind === "lost") return { ...answer, read: null };
      if (answer.status !== 200) return toUncertain(answer.status, logger);
      const read = await readResult(answer.body, run, receive);
      if (read.cut !== null && exchange !== null) return { kind: "lost", why: read.cut, read };
      signal.throwIfAborted();
      // Whoever may be asked for it later finds it where it is left, also when this instance ends before it has noted it.
      if (exchange !== null && !handOver?.isNoted()) answer.acknowledge(run.runId);
      return { kind: "result", read };
    });
  } catch (error) {
    if (exchange === null || ended.aborted || !mayBeLeft(error, deadline)) throw error;
    return { kind: "lost", why: "the answer did not come whole", read: null };
  }
}

/** True when the container may still leave what did not come. */
function mayBeLeft(error: unknown, deadline: AbortSignal): boolean {
  return deadline.aborted || (error instanceof DocumentError && error.problem === "truncated");
}

/** @throws AppError for a status that says that no container has the program */
function toUncertain(status: number, logger: Logger): Outcome {
  const refusal = toRefusal(status, logger);
  if (refusal !== null) throw refusal;
  return { kind: "lost", why: `status ${status}`, read: null };
}

/** Takes what a container leaves whose connection is gone. */
async function recover(
  run: ServiceRun,
  former: ReadResult | null,
  { exchange, logger, noticeMs }: ServiceParts,
  { signal, receive }: JoinedRun,
): Promise<RunResult> {
  if (exchange === null) throw lost();
  const unclaimedUntilMs = Date.now() + noticeMs;
  const content = await followResult(run, exchange, { unclaimedUntilMs, signal }).catch((error: unknown) => {
    if (!(error instanceof GoogleCloudError)) throw error;
    logger.log("ERROR", "Google Cloud refused", { ...describeCause(error) });
    return null;
  });
  if (content !== null) return take(await readResult(content, run, receive), logger);
  if (former === null) throw lost();
  return take(former, logger);
}

/** Takes a result as it came. */
function take(read: ReadResult, logger: Logger): RunResult {
  if (read.cut !== null)
    logger.log("WARNING", "A container did not hand over all files", { cause: read.cut });
  return toRunResult(read);
}
