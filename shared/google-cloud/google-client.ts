import { GoogleCloudError } from "./google-cloud-error.ts";
import type { Tokens } from "./metadata-tokens.ts";
import { readBounded } from "./read-bounded.ts";
import { delayBefore, MAX_ATTEMPTS, mayRepeatAfterStatus, pause, wasNeverSent } from "./retry-policy.ts";

const ATTEMPT_MS = 15_000;
const DEADLINE_MS = 45_000;
const LEAST_ATTEMPT_MS = 100;
const MOST_ANSWER_BYTES = 4 * 1024 * 1024;
const MOST_ERROR_BYTES = 16 * 1024;

/** One call. */
export interface GoogleRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly url: string;
  /** What is called, for the log: the URL may carry a credential. */
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer> | string;
  /** Statuses outside 200–299 that are answers, such as 404. */
  readonly alsoTake?: readonly number[];
  /**
   * True when making the call twice is the same as making it once. Otherwise it is made again only after a refusal (429, 401) or when
   * it was never sent, so nothing is ever done twice.
   */
  readonly isRepeatable: boolean;
  /** The caller's; without one the deadline alone ends the call. */
  readonly signal?: AbortSignal;
  /** Milliseconds for all attempts together; 45 s by default. */
  readonly deadlineMs?: number;
  /** Milliseconds for one attempt; 15 s by default. */
  readonly attemptMs?: number;
  /** Sends an identity token for this audience instead of an access token. */
  readonly audience?: string;
}

/** An answer in memory. */
export interface GoogleAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Calls Google's APIs as the account of this instance, under one retry policy. */
export interface GoogleClient {
  /**
   * Makes a call and reads its answer, of 4 MiB at most.
   * @throws GoogleCloudError when it is refused, or when nobody answers in time; the signal's reason
   */
  ask(request: GoogleRequest): Promise<GoogleAnswer>;
  /**
   * Makes a call and leaves the body of the answer to be read. Whoever called reads or cancels it; the connection ends with the
   * request's signal, while the deadline holds for the answer's head alone.
   * @throws as `ask` does
   */
  open(request: GoogleRequest): Promise<Response>;
}

/** Reads an answer as JSON. @throws GoogleCloudError when it is none */
export function parseAnswer({ status, body }: GoogleAnswer, name: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new GoogleCloudError(`${name}: the answer is no JSON.`, {
      status,
      reason: null,
      isUncertain: true,
      cause,
    });
  }
}

/** Builds the client on a source of tokens. */
export function createGoogleClient(tokens: Tokens): GoogleClient {
  const readWhole = async (response: Response): Promise<GoogleAnswer> => ({
    status: response.status,
    headers: response.headers,
    body: await readBounded(response, MOST_ANSWER_BYTES),
  });
  return {
    ask: (request) => repeat(tokens, request, readWhole),
    open: (request) => repeat(tokens, request, async (response) => response),
  };
}

type Attempt<T> =
  | { readonly isDone: true; readonly value: T }
  | {
      readonly isDone: false;
      readonly error: unknown;
      readonly mayRepeat: boolean;
      readonly retryAfter: string | null;
    };

async function repeat<T>(
  tokens: Tokens,
  request: GoogleRequest,
  take: (response: Response) => Promise<T>,
): Promise<T> {
  const deadlineMs = request.deadlineMs ?? DEADLINE_MS;
  const endsAtMs = performance.now() + deadlineMs;
  const deadline = AbortSignal.timeout(deadlineMs);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  let isRefreshed = false;
  for (let attempt = 1; ; attempt += 1) {
    const token = await takeToken(tokens, request, signal);
    const limitMs = Math.min(request.attemptMs ?? ATTEMPT_MS, Math.max(1, endsAtMs - performance.now()));
    const outcome = await attemptOnce(request, { token, limitMs }, take);
    if (outcome.isDone) return outcome.value;
    request.signal?.throwIfAborted();
    const isStale = outcome.error instanceof GoogleCloudError && outcome.error.status === 401;
    if (isStale && !isRefreshed) {
      isRefreshed = true;
      tokens.forget(token);
      continue;
    }
    if (!outcome.mayRepeat || attempt >= MAX_ATTEMPTS) throw outcome.error;
    const delayMs = delayBefore(attempt, outcome.retryAfter);
    // One that has no time to be answered would only make it uncertain what happened.
    if (performance.now() + delayMs + LEAST_ATTEMPT_MS > endsAtMs) throw outcome.error;
    await pause(delayMs, signal);
  }
}

async function takeToken(tokens: Tokens, request: GoogleRequest, signal: AbortSignal): Promise<string> {
  try {
    return await (request.audience === undefined
      ? tokens.access(signal)
      : tokens.identity(request.audience, signal));
  } catch (thrown) {
    request.signal?.throwIfAborted();
    if (thrown instanceof GoogleCloudError) throw thrown;
    throw toSilence(request, thrown, false);
  }
}

async function attemptOnce<T>(
  request: GoogleRequest,
  { token, limitMs }: { token: string; limitMs: number },
  take: (response: Response) => Promise<T>,
): Promise<Attempt<T>> {
  const limit = startLimit(limitMs);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, authorization: `Bearer ${token}` },
      // 308 is an answer of resumable uploads, and nothing of Google's API redirects.
      redirect: "manual",
      signal: request.signal ? AbortSignal.any([limit.signal, request.signal]) : limit.signal,
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    if (response.ok || request.alsoTake?.includes(response.status)) {
      return { isDone: true, value: await take(response) };
    }
    return {
      isDone: false,
      error: await toRefusal(request, response),
      mayRepeat: mayRepeatAfterStatus(response.status, request.isRepeatable),
      retryAfter: response.headers.get("retry-after"),
    };
  } catch (thrown) {
    const neverSent = wasNeverSent(thrown);
    const mayRepeat = request.isRepeatable || neverSent;
    return { isDone: false, error: toSilence(request, thrown, !neverSent), mayRepeat, retryAfter: null };
  } finally {
    limit.stop();
  }
}

/** A time limit that can be lifted: what is read after `open` must not end by it. */
function startLimit(limitMs: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("No answer in time.", "TimeoutError")),
    limitMs,
  );
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

async function toRefusal(request: GoogleRequest, response: Response): Promise<GoogleCloudError> {
  const text = await readBounded(response, MOST_ERROR_BYTES).then(
    (body) => body.toString("utf8"),
    () => "",
  );
  const { status } = response;
  const { reason, message } = parseError(text);
  return new GoogleCloudError(`${request.name}: ${status} ${reason ?? ""} ${message}`.trim(), {
    status,
    reason,
    // Other refusals are made before anything is done.
    isUncertain: status >= 500 || status === 408,
  });
}

function toSilence(request: GoogleRequest, cause: unknown, isUncertain: boolean): GoogleCloudError {
  return new GoogleCloudError(`${request.name}: no answer.`, {
    status: null,
    reason: null,
    isUncertain,
    cause,
  });
}

const MOST_MESSAGE_CHARACTERS = 500;
const MOST_REASON_CHARACTERS = 100;

/**
 * The three forms of Google's errors: JSON `{error: {status, message}}`, Storage's JSON `{error: {message, errors: [{reason}]}}`, and
 * XML `<Error><Code/><Message/></Error>`.
 */
function parseError(text: string): { readonly reason: string | null; readonly message: string } {
  const code = /<Code>(\w{1,100})<\/Code>/.exec(text)?.[1];
  if (code !== undefined) {
    const message = /<Message>([^<]{0,500})/.exec(text)?.[1] ?? "";
    return { reason: code, message };
  }
  try {
    const error: unknown = JSON.parse(text)?.error;
    if (typeof error !== "object" || error === null) return { reason: null, message: "" };
    const details = "errors" in error && Array.isArray(error.errors) ? Object(error.errors[0]) : {};
    const word: unknown = "status" in error ? error.status : details.reason;
    const reason = typeof word === "string" ? word.slice(0, MOST_REASON_CHARACTERS) : null;
    const message = "message" in error && typeof error.message === "string" ? error.message : "";
    return { reason, message: message.slice(0, MOST_MESSAGE_CHARACTERS) };
  } catch {
    return { reason: null, message: "" };
  }
}
