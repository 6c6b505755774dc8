import type { InputFile } from "../executor.ts";

/** Files that can be sent once or several times. */
export interface HeldFiles {
  /** The files with their contents from the beginning. */
  open(): readonly InputFile[];
  /** False when a content has been read that cannot be read again. */
  canRepeat(): boolean;
}

/** Contents that are held in memory for another attempt. */
const HELD_BYTES = 32 * 1024 * 1024;

/**
 * Reads small files into memory, so that they can be sent to another container when the first one did not begin. Larger ones go through.
 * @throws what a content throws; the signal's reason
 */
export async function holdFiles(files: readonly InputFile[], signal: AbortSignal): Promise<HeldFiles> {
  const announced = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (announced > HELD_BYTES) return passOn(files);
  const held: { readonly name: string; readonly sizeBytes: number; readonly pieces: Uint8Array[] }[] = [];
  for (const { name, sizeBytes, content } of files) {
    held.push({ name, sizeBytes, pieces: await readPieces(content, sizeBytes, signal) });
  }
  return {
    open: () => held.map(({ name, sizeBytes, pieces }) => ({ name, sizeBytes, content: replay(pieces) })),
    canRepeat: () => true,
  };
}

function passOn(files: readonly InputFile[]): HeldFiles {
  let isRead = false;
  async function* note(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    isRead = true;
    yield* content;
  }
  return {
    open: () => files.map((file) => ({ ...file, content: note(file.content) })),
    canRepeat: () => !isRead,
  };
}

/** One byte more than announced is enough to see that there are more. */
async function readPieces(
  content: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  const left = Promise.withResolvers<never>();
  const leave = () => left.reject(signal.reason);
  left.promise.catch(() => undefined);
  signal.addEventListener("abort", leave, { once: true });
  const iterator = content[Symbol.asyncIterator]();
  try {
    signal.throwIfAborted();
    for (let size = 0; size <= sizeBytes; ) {
      const next = await Promise.race([iterator.next(), left.promise]);
      if (next.done) return pieces;
      size += next.value.byteLength;
      pieces.push(next.value);
    }
    return pieces;
  } finally {
    signal.removeEventListener("abort", leave);
    // Its end is not waited for: it may be held up by what did not come.
    iterator.return?.().catch(() => undefined);
  }
}

async function* replay(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
