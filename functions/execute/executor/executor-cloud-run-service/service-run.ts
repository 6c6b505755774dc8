import { setTimeout as sleep } from "node:timers/promises";
import type { Exchange } from "../exchange/exchange.ts";
import { ask, pauseAfter } from "../exchange/look.ts";
import type { CollectLimits } from "../executor.ts";

/** A run in a container of the service, wherever it was asked for. */
export interface ServiceRun {
  readonly runId: string;
  readonly collect: CollectLimits;
  /** Milliseconds since 1970 after which nothing more comes of it. */
  readonly endsAtMs: number;
}

/** A run as text, for another instance. */
export function toTicket(run: ServiceRun): string {
  return JSON.stringify(run);
}

/** Reads what `toTicket` wrote. */
export function parseTicket(ticket: string): ServiceRun {
  return JSON.parse(ticket);
}

const POLL_MS = 50;

/**
 * Waits for the result that a container leaves when its caller has gone.
 * @param options.unclaimedUntilMs milliseconds since 1970 until which a container may see that its caller has gone; the run is then taken
 *   from it, so that it does not go on unseen
 * @returns null when there will be none
 * @throws the signal's reason; GoogleCloudError when the bucket refuses
 */
export async function followResult(
  { runId, endsAtMs }: ServiceRun,
  exchange: Exchange,
  { unclaimedUntilMs, signal }: { readonly unclaimedUntilMs: number; readonly signal: AbortSignal },
): Promise<AsyncIterable<Uint8Array> | null> {
  const begunAtMs = performance.now();
  let isClaimed = false;
  for (;;) {
    // In this order: what came in the last moment is found.
    const isOver = Date.now() > endsAtMs;
    const isLate = Date.now() > unclaimedUntilMs;
    const content = await ask(() => exchange.openResult(runId, signal));
    if (content) return content;
    if (isOver) return null;
    // Without an answer there may be a result.
    if (content === null && isLate && !isClaimed) {
      const isTaken = await ask(() => exchange.takeClaim(runId, signal));
      if (isTaken === true) return null;
      isClaimed = isTaken === false;
    }
    await sleep(pauseAfter(performance.now() - begunAtMs, POLL_MS), undefined, { signal });
  }
}
