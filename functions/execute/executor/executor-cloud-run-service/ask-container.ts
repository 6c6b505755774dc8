import { type ClientHttp2Session, connect } from "node:http2";
import { codeOf, endLater, read, send, untilAnswered } from "./container-stream.ts";

/** What came of one attempt to hand a program to a container. */
export type ContainerAnswer =
  /** No container has begun to run the program: the same request may be sent again. `why` is for the log. */
  | { readonly kind: "not_started"; readonly why: string }
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly body: AsyncIterable<Uint8Array>;
      /** Tells the container that all of the answer has come, where the request has not ended before. */
      readonly acknowledge: (runId: string) => void;
    }
  /** Nobody knows whether the program has run. `why` is for the log. */
  | { readonly kind: "lost"; readonly why: string };

/** One attempt. */
export interface ContainerRequest {
  /** The service's address, without a slash at its end. */
  readonly origin: string;
  readonly identityToken: string;
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * Null for a request that ends with its body. Otherwise it ends when its answer has been taken, so that the container knows; and after so
   * many milliseconds without an answer: whatever stands before the container and hands on whole requests alone holds a program up for so
   * long and not for ever.
   */
  readonly endAfterMs: number | null;
  /** Ends the attempt, the reading of the answer included. */
  readonly signal: AbortSignal;
}

const CONNECT_MS = 10_000;
/** For the last words of a conversation that came to its end. */
const LEAVE_MS = 1_000;
const WINDOW_BYTES = 1024 * 1024;

/**
 * Sends a program's document to the service over a connection of its own, and hands the answer to `take` while it comes. HTTP/2, because
 * Cloud Run takes no more than 32 MiB over HTTP/1 (https://cloud.google.com/run/quotas#request_limits).
 * @throws the signal's reason; what `body` and `take` throw
 */
export async function askContainer<T>(
  request: ContainerRequest,
  take: (answer: ContainerAnswer) => Promise<T>,
): Promise<T> {
  const { origin, signal } = request;
  signal.throwIfAborted();
  const session = connect(origin, { settings: { initialWindowSize: WINDOW_BYTES } });
  session.on("error", ignore);
  const leave = () => session.destroy();
  let isDone = false;
  signal.addEventListener("abort", leave, { once: true });
  try {
    const refusal = await untilConnected(session);
    signal.throwIfAborted();
    if (refusal !== null) return await take({ kind: "not_started", why: refusal });
    return await converse(session, request, {
      take,
      onTaken() {
        isDone = true;
      },
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", leave);
    if (isDone) leaveInPeace(session);
    else session.destroy();
  }
}

/** Nobody waits for it. */
function leaveInPeace(session: ClientHttp2Session): void {
  session.close();
  const timer = setTimeout(() => session.destroy(), LEAVE_MS);
  session.once("close", () => clearTimeout(timer));
}

/** @returns why there is no connection; null when there is one */
function untilConnected(session: ClientHttp2Session): Promise<string | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("no connection in time"), CONNECT_MS);
    const settle = (why: string | null) => {
      clearTimeout(timer);
      resolve(why);
    };
    session.once("connect", () => settle(null));
    session.once("error", (error) => settle(`no connection: ${codeOf(error)}`));
    session.once("close", () => settle("no connection"));
  });
}

async function converse<T>(
  session: ClientHttp2Session,
  { identityToken, body, endAfterMs }: ContainerRequest,
  {
    take,
    onTaken,
  }: {
    readonly take: (answer: ContainerAnswer) => Promise<T>;
    readonly onTaken: () => void;
  },
): Promise<T> {
  const stream = session.request({
    ":method": "POST",
    ":path": "/run",
    authorization: `Bearer ${identityToken}`,
    "content-type": "application/octet-stream",
  });
  stream.on("error", ignore);
  const head = untilAnswered(stream);
  // What the body throws is told; that nobody takes it is told by the answer.
  let isSent = false;
  const sent = send(stream, body).then(() => {
    isSent = true;
    if (endAfterMs !== null) endLater(stream, head, endAfterMs);
    else if (!stream.destroyed) stream.end();
    return head;
  });
  const answer = await Promise.race([head, sent]);
  if (answer.kind !== "answered") return take(answer);
  return take({
    ...answer,
    body: read(stream, answer.bytes),
    acknowledge(runId) {
      onTaken();
      if (isSent && !stream.destroyed && !stream.writableEnded) stream.end(runId);
      stream.resume();
    },
  });
}

/** A broken connection shows as its end. */
function ignore(): void {}
