import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createUnavailableError, hasCode, onDisk } from "./storage-error.ts";

const CHUNK_BYTES = 64 * 1024;

/** A reader that asks for nothing for this long loses its file: an open file that nobody reads must not stay for ever. */
const IDLE_READER_MS = 300_000;

/** A piece of a file: `length` bytes from `position` on. */
export interface Extent {
  readonly position: number;
  readonly length: number;
}

/**
 * Opens a file for reading once, in chunks of at most 64 KiB. Neither links are followed nor pipes waited for. The first chunk
 * is read at once, so a small file is closed before this returns.
 * @returns null when there is no such file
 */
export async function openContent(path: string, extent: Extent): Promise<AsyncIterable<Uint8Array> | null> {
  let file: FileHandle;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (thrown) {
    if (hasCode(thrown, "ENOENT")) return null;
    throw thrown;
  }
  try {
    const first = await readChunk(file, extent);
    const rest = { position: extent.position + first.byteLength, length: extent.length - first.byteLength };
    if (rest.length > 0) return readRest(file, first, rest);
    await file.close();
    return once(first);
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** One chunk, of less than was asked for only at the extent's end. @throws Error when the file ends before its extent */
async function readChunk(file: FileHandle, { position, length }: Extent): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array(0);
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, length));
  const { bytesRead } = await file.read(buffer, 0, buffer.byteLength, position);
  if (bytesRead === 0)
    throw createUnavailableError(new Error("an object's file is shorter than its name says"));
  return buffer.subarray(0, bytesRead);
}

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  if (chunk.byteLength > 0) yield chunk;
}

/** Not a generator: those do not run their `finally` when they are left before they began. */
function readRest(file: FileHandle, first: Uint8Array, rest: Extent): AsyncIterable<Uint8Array> {
  let { position, length } = rest;
  let waiting: Uint8Array | undefined = first;
  let idle: NodeJS.Timeout | undefined;
  const awaitReader = () => {
    idle = setTimeout(() => file.close().catch(() => undefined), IDLE_READER_MS).unref();
  };
  const end = async (): Promise<IteratorResult<Uint8Array>> => {
    clearTimeout(idle);
    waiting = undefined;
    length = 0;
    await file.close();
    return { done: true, value: undefined };
  };
  const read = async (): Promise<Uint8Array> => {
    const chunk = await readChunk(file, { position, length });
    position += chunk.byteLength;
    length -= chunk.byteLength;
    return chunk;
  };
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      clearTimeout(idle);
      if (!waiting && length === 0) return end();
      try {
        const value = waiting ?? (await onDisk(read));
        waiting = undefined;
        awaitReader();
        return { done: false, value };
      } catch (thrown) {
        await end();
        throw thrown;
      }
    },
    return: end,
  };
  awaitReader();
  return { [Symbol.asyncIterator]: () => iterator };
}
