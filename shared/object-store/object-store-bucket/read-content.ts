import { GoogleCloudError } from "../../google-cloud/google-cloud-error.ts";
import { toUnavailable } from "./bucket-error.ts";

/** A reader that asks for nothing for this long loses its connection: one that nobody reads must not stay for ever. */
const IDLE_READER_MS = 300_000;

/** The storage must say something within this time. */
const SILENCE_MS = 15_000;

/** How often a content may break off; each time it goes on where it was. */
const MAX_BREAKS = 5;

/** An answer whose body is still to be read: a Response is one. */
export interface OpenAnswer {
  readonly headers: Pick<Headers, "get">;
  readonly body: { getReader(): ContentReader } | null;
}

/** Reads a body once; what it reads breaks as the connection does. */
interface ContentReader {
  read(): Promise<IteratorResult<Uint8Array, unknown>>;
  /** Ends the connection where the body has not come to its end. */
  cancel(): Promise<void>;
}

/** What is read: bytes of one generation of one object. */
export interface Source {
  /** Of the bytes that are asked for. */
  readonly length: number;
  /** Opens the rest again, from the n-th of these bytes on. @throws GoogleCloudError */
  reopen(from: number): Promise<OpenAnswer>;
}

/**
 * Reads the body of an answer once, as the storage sends it. A connection that breaks or falls silent is made again.
 * Not a generator: those do not run their `finally` when they are left before they began.
 */
export function readContent(answer: OpenAnswer, { length, reopen }: Source): AsyncIterable<Uint8Array> {
  let reader: ContentReader | null = readerOf(answer);
  let position = 0;
  let breaks = 0;
  let idle: NodeJS.Timeout | undefined;

  const close = async (): Promise<void> => {
    clearTimeout(idle);
    const leaving = reader;
    reader = null;
    await leaving?.cancel().catch(() => undefined);
  };
  const awaitReader = () => {
    idle = setTimeout(() => {
      close();
    }, IDLE_READER_MS).unref();
  };
  /** @throws whatever broke the connection; GoogleCloudError when there is more than there should be */
  const readOnce = async (): Promise<Uint8Array | null> => {
    if (position === length) return null;
    if (reader === null) throw toFault("its reader was away for too long", null);
    const { value, done } = await withinSilence(reader.read());
    if (done) throw new Error("The content ended before its end.");
    if (value.byteLength > length - position) throw toFault("the content is longer than its length", 200);
    position += value.byteLength;
    return value;
  };
  const read = async (): Promise<Uint8Array | null> => {
    for (;;) {
      try {
        return await readOnce();
      } catch (thrown) {
        if (thrown instanceof GoogleCloudError) throw thrown;
        breaks += 1;
        await close();
        if (breaks > MAX_BREAKS) throw toFault("it breaks off again and again", null, thrown);
        reader = readerOf(await reopen(position));
      }
    }
  };
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      clearTimeout(idle);
      try {
        const value = await read();
        if (value !== null) {
          awaitReader();
          return { done: false, value };
        }
      } catch (thrown) {
        await end();
        throw thrown instanceof GoogleCloudError ? toUnavailable(thrown) : thrown;
      }
      return end();
    },
    return: () => end(),
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    position = length;
    await close();
    return { done: true, value: undefined };
  };
  awaitReader();
  return { [Symbol.asyncIterator]: () => iterator };
}

/** Bytes of the object that an answer brings whole; 0 where the storage does not say. */
export function lengthOf({ headers }: OpenAnswer): number {
  return Number(headers.get("x-goog-stored-content-length") ?? headers.get("content-length"));
}

function readerOf({ body }: OpenAnswer): ContentReader {
  return (body ?? new Blob([]).stream()).getReader();
}

async function withinSilence<T>(promise: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error("The storage fell silent.")), SILENCE_MS);
  try {
    return await Promise.race([promise, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function toFault(what: string, status: number | null, cause?: unknown): GoogleCloudError {
  return new GoogleCloudError(`get object: ${what}.`, { status, reason: null, isUncertain: false, cause });
}
