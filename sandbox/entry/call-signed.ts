import { delayBefore, mayRepeatAfterStatus, pause } from "#shared/google-cloud/retry-policy.ts";

/** A call to a signed address: all of them may be repeated. */
export interface SignedCall {
  readonly method: "GET" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob | string;
  /** Statuses outside 200–299 that are answers. */
  readonly alsoTake: readonly number[];
}

const ATTEMPT_MS = 20_000;
/** The storage may be away for a while, and there is nothing else to do than to wait for it. */
const MOST_ATTEMPTS = 12;

/**
 * Makes a call until it is answered. The message of what it throws holds nothing of the address, which is a credential.
 * @throws Error when it is refused, or nobody answers; the signal's reason
 */
export async function callSigned(call: SignedCall, signal: AbortSignal): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    const { response, reason, mayRepeat } = await attemptOnce(call, signal);
    signal.throwIfAborted();
    if (response !== null) return response;
    if (!mayRepeat || attempt >= MOST_ATTEMPTS) throw new Error(`The storage ${reason}.`);
    await pause(delayBefore(attempt, null), signal);
  }
}

async function attemptOnce({ method, url, headers = {}, body, alsoTake }: SignedCall, signal: AbortSignal) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ATTEMPT_MS);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: "error",
      signal: AbortSignal.any([signal, limit.signal]),
      ...(body === undefined ? {} : { body }),
    });
    const { status } = response;
    if (response.ok || alsoTake.includes(status)) return { response, reason: "", mayRepeat: false };
    await response.body?.cancel();
    return { response: null, reason: `answered ${status}`, mayRepeat: mayRepeatAfterStatus(status, true) };
  } catch {
    return { response: null, reason: "did not answer", mayRepeat: true };
  } finally {
    clearTimeout(timer);
  }
}
