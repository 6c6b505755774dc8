import { describeCause } from "../observability/describe-cause.ts";
import type { Logger } from "../observability/logger.ts";

/** What a streamed answer depends on. */
export interface StreamGuard {
  /** Cuts the answer when it aborts: the caller left, the deadline passed or the server stops. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/**
 * Watches over a body that is sent as it is read. The body fails, which cuts the connection, when its source fails, when it is longer
 * or shorter than its `Content-Length` (RFC 9112 §8: a reader must be able to tell that bytes are missing), or when the signal
 * aborts; its source is then cancelled. Nothing is read ahead of the reader.
 */
export function guardStream(answer: Response, guard: StreamGuard): Response {
  if (answer.body === null) return answer;
  const { status, headers } = answer;
  const length = headers.get("content-length");
  const body = guardBody(answer.body, length === null ? null : Number(length), guard);
  return new Response(body, { status, headers });
}

function guardBody(
  source: ReadableStream<Uint8Array>,
  length: number | null,
  { signal, logger }: StreamGuard,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  let sent = 0;
  let abort = (): void => undefined;
  const leave = (reason: unknown): Promise<void> => {
    signal.removeEventListener("abort", abort);
    return reader.cancel(reason).catch(() => undefined);
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        abort = () => {
          logger.log("WARNING", "An answer was cut in its middle.", { ...describeCause(signal.reason) });
          controller.error(signal.reason);
          void leave(signal.reason);
        };
        signal.addEventListener("abort", abort, { once: true });
        if (signal.aborted) abort();
      },
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (signal.aborted) return;
          sent += value?.byteLength ?? 0;
          if (length !== null && (sent > length || (done && sent < length))) {
            throw new Error(`The source has ${done ? "only" : "at least"} ${sent} of ${length} bytes.`);
          }
          if (!done) return controller.enqueue(value);
          signal.removeEventListener("abort", abort);
          controller.close();
        } catch (thrown) {
          logger.log("ERROR", "An answer was cut in its middle: its source failed.", {
            ...describeCause(thrown),
          });
          controller.error(thrown);
          await leave(thrown);
        }
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}
