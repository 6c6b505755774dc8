import { setTimeout as sleep } from "node:timers/promises";

/** Attempts of one call, the first included. */
export const MAX_ATTEMPTS = 5;

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 4_000;

/** Google asks to repeat these (https://cloud.google.com/storage/docs/retry-strategy). */
const TRANSIENT: readonly number[] = [408, 429, 500, 502, 503, 504];

/** Refused before anything was done: the call may be made again whatever it does. */
const REFUSED: readonly number[] = [429];

/** Codes of a connection that was never made, so that nothing was sent. */
const NOT_SENT: readonly string[] = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

/**
 * Whether a call that was answered so may be made again.
 * @param isRepeatable whether making it twice is the same as making it once
 */
export function mayRepeatAfterStatus(status: number, isRepeatable: boolean): boolean {
  return (isRepeatable ? TRANSIENT : REFUSED).includes(status);
}

/** Whether a call that ended without an answer was certainly never sent. */
export function wasNeverSent(thrown: unknown): boolean {
  for (let current = thrown, depth = 0; depth < 4 && isObject(current); depth += 1) {
    if (typeof current["code"] === "string" && NOT_SENT.includes(current["code"])) return true;
    current = current["cause"];
  }
  return false;
}

/**
 * Milliseconds before the next attempt: doubled each time, of which a random part is taken so that callers who failed together do not
 * come back together; at least what `Retry-After` asks for (RFC 9110 §10.2.3, seconds), and never more than four seconds.
 * @param attempt number of the attempt that failed, from 1
 */
export function delayBefore(attempt: number, retryAfter: string | null, random = Math.random): number {
  const asked = retryAfter !== null && /^\d{1,5}$/.test(retryAfter) ? Number(retryAfter) * 1000 : 0;
  const usual = FIRST_DELAY_MS * 2 ** (attempt - 1) * (0.5 + random() / 2);
  return Math.min(MAX_DELAY_MS, Math.max(asked, usual));
}

/** Waits; rejects with the signal's reason when it aborts first. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(delayMs, undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
