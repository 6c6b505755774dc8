import { DocumentError } from "#sandbox/entry/document.ts";
import { GoogleCloudError } from "#shared/google-cloud/google-cloud-error.ts";
import { describeCause } from "#shared/observability/describe-cause.ts";
import type { Logger } from "#shared/observability/logger.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { toStorageError } from "../exchange/to-storage-error.ts";
import type { RunOptions, RunResult } from "../executor.ts";
import { readResult, toRunResult } from "./read-result.ts";
import { lost, toPublicError } from "./service-errors.ts";
import { followResult, type ServiceRun } from "./service-run.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Beyond it, a run that nobody wants goes on until its end. */
const GIVE_UP_MS = 3_000;

/** Ends a run wherever its container is. Never rejects. */
export async function giveUpRun({ runId }: ServiceRun, exchange: Exchange): Promise<void> {
  await exchange.overtakeClaim(runId, AbortSignal.timeout(GIVE_UP_MS)).catch(() => undefined);
}

/**
 * Waits for a run that another instance has started, and takes its result. Several instances may do so.
 * @throws AppError when there is none; what `receive` throws; the signal's reason
 */
export async function takeUpRun(
  run: ServiceRun,
  { exchange, logger }: { readonly exchange: Exchange; readonly logger: Logger },
  { signal, receive }: Pick<RunOptions, "signal" | "receive">,
): Promise<RunResult> {
  try {
    return await unlessAborted(follow(), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DocumentError) throw toPublicError(error, logger);
    if (!(error instanceof GoogleCloudError)) throw error;
    logger.log("ERROR", "Google Cloud refused", { ...describeCause(error) });
    throw toStorageError(error);
  }

  async function follow(): Promise<RunResult> {
    // While its instance has a connection to it, a container has no claim.
    const content = await followResult(run, exchange, { unclaimedUntilMs: run.endsAtMs, signal });
    if (content === null) throw lost();
    const read = await readResult(content, run, receive);
    if (read.cut !== null)
      logger.log("WARNING", "A container did not hand over all files", { cause: read.cut });
    return toRunResult(read);
  }
}
