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
 * aborts; its source is then cancelled. Nothing is read ahead of the reader but the source's end.
 */
export function guardStream(answer: Response, guard: StreamGuard): Response {
  if (answer.body === null) return answer;
  const { status, headers } = answer;
  const length = headers.get("content-length");
  const reader = answer.body.getReader();
  const read = length === null ? () => reader.read() : createLengthCheck(reader, Number(length));
  return new Response(guardBody(reader, read, guard), { status, headers });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Read = () => Promise<ReadableStreamReadResult<Uint8Array>>;

function guardBody(reader: Reader, read: Read, { signal, logger }: StreamGuard): ReadableStream<Uint8Array> {
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
          const { done, value } = await read();
          if (signal.aborted) return;
          if (!done) return controller.enqueue(value);
          signal.removeEventListener("abort", abort);
          controller.close();
        } catch (thrown) {
          if (signal.aborted) return;
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

/** Reads, and throws where the source's length is not what was promised: for one that is too long before its reader has it all. */
function createLengthCheck(reader: Reader, length: number): Read {
  let bytes = 0;
  const fail = (word: string): never => {
    throw new Error(`The source has ${word} ${bytes} of ${length} bytes.`);
  };
  return async () => {
    const next = await reader.read();
    if (next.done) return bytes < length ? fail("only") : next;
    bytes += next.value.byteLength;
    if (bytes < length) return next;
    const end = await reader.read();
    bytes += end.value?.byteLength ?? 0;
    return bytes > length ? fail("at least") : next;
  };
}
