import type { Agent, IncomingMessage } from "node:http";
import { getBuiltinModule } from "node:process";
import { delayBefore, mayRepeatAfterStatus, pause } from "#shared/google-cloud/retry-policy.ts";
import type { OpenAnswer } from "#shared/object-store/object-store-bucket/read-content.ts";

/** A call to a signed address: all of them may be repeated. */
export interface SignedCall {
  readonly method: "GET" | "PUT";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | readonly Uint8Array[];
  /** Statuses outside 200–299 that are answers. */
  readonly alsoTake: readonly number[];
}

/** What was answered. Whoever called reads the body or cancels it; it ends with the call's signal. */
export interface SignedAnswer extends OpenAnswer {
  readonly status: number;
  readonly body: NonNullable<OpenAnswer["body"]> & { cancel(): Promise<void> };
}

const ATTEMPT_MS = 20_000;
/** The storage may be away for a while, and there is nothing else to do than to wait for it. */
const MOST_ATTEMPTS = 12;
/** What is passed over so that its connection can be used again. */
const MOST_PASSED_BYTES = 16_384;

/**
 * Makes a call until it is answered; a redirection is a refusal. The message of what it throws holds nothing of the address, which is a
 * credential.
 * @throws Error when it is refused, or nobody answers; the signal's reason
 */
export async function callSigned(call: SignedCall, signal: AbortSignal): Promise<SignedAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const { answer, reason, mayRepeat } = await attemptOnce(call, signal);
    signal.throwIfAborted();
    if (answer !== null) return answer;
    if (!mayRepeat || attempt >= MOST_ATTEMPTS) throw new Error(`The storage ${reason}.`);
    await pause(delayBefore(attempt, null), signal);
  }
}

async function attemptOnce(call: SignedCall, signal: AbortSignal) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ATTEMPT_MS);
  try {
    const response = await send(call, AbortSignal.any([signal, limit.signal]));
    const { statusCode: status = 0 } = response;
    const isGood = (status >= 200 && status < 300) || call.alsoTake.includes(status);
    if (isGood) return { answer: toAnswer(status, response), reason: "", mayRepeat: false };
    passOver(response);
    return { answer: null, reason: `answered ${status}`, mayRepeat: mayRepeatAfterStatus(status, true) };
  } catch {
    return { answer: null, reason: "did not answer", mayRepeat: true };
  } finally {
    clearTimeout(timer);
  }
}

/** Of each protocol: a connection serves one call after another. */
const agents = new Map<string, Agent>();

/** @throws Error when the connection breaks, or the signal aborts, before an answer */
function send(call: SignedCall, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, url, headers, body = [] } = call;
  const target = new URL(url);
  // Not by an import: that of node:http asks for all that the module exports, `fetch` and what belongs to it among it, and takes as long as
  // Node's own start.
  const { Agent, request } = getBuiltinModule(target.protocol === "https:" ? "node:https" : "node:http");
  const agent = agents.get(target.protocol) ?? new Agent({ keepAlive: true });
  agents.set(target.protocol, agent);
  const pieces = typeof body === "string" ? [Buffer.from(body)] : body;
  const length = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const own = method === "PUT" ? { "content-length": String(length) } : {};
  return new Promise((resolve, reject) => {
    const sent = request(target, { agent, method, headers: { ...headers, ...own }, signal });
    // What breaks after the head of the answer comes here as well, and to whoever reads the body.
    sent.on("error", reject).on("response", resolve);
    for (const piece of pieces) sent.write(piece);
    sent.end();
  });
}

function toAnswer(status: number, response: IncomingMessage): SignedAnswer {
  const headers = new Map(Object.entries(response.headersDistinct));
  return {
    status,
    headers: { get: (name) => headers.get(name)?.[0] ?? null },
    body: {
      cancel: async () => passOver(response),
      getReader() {
        const pieces: AsyncIterator<Uint8Array> = response[Symbol.asyncIterator]();
        return { read: () => pieces.next(), cancel: async () => void response.destroy() };
      },
    },
  };
}

/** What is short is read, so that its connection can be used again. */
function passOver(response: IncomingMessage): void {
  let left = MOST_PASSED_BYTES;
  response.on("data", ({ byteLength }: Uint8Array) => {
    left -= byteLength;
    if (left < 0) response.destroy();
  });
}
