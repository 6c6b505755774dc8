import type { ByteRange, ObjectStore } from "#shared/object-store/object-store.ts";
import { ObjectTooLargeError } from "#shared/object-store/object-store.ts";

/** An object store that can be looked into, and made slow or full. */
export interface MemoryObjectStore extends ObjectStore {
  readonly objects: Map<string, Buffer>;
  /** Called before each piece of a `put` is taken. */
  beforePiece: (bytesSoFar: number) => Promise<void>;
}

/** Nothing in it expires. */
export function createMemoryObjectStore(): MemoryObjectStore {
  const objects = new Map<string, Buffer>();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const toInfo = (key: string, bytes: Buffer) => ({ key, sizeBytes: bytes.length, expiresAt });
  const store: MemoryObjectStore = {
    objects,
    beforePiece: async () => undefined,
    async put(key, content, { maxBytes = Number.POSITIVE_INFINITY }) {
      const pieces: Uint8Array[] = [];
      let size = 0;
      for await (const piece of content instanceof Uint8Array ? [content] : content) {
        await store.beforePiece(size);
        size += piece.length;
        if (size > maxBytes) throw new ObjectTooLargeError(maxBytes);
        pieces.push(piece);
      }
      objects.set(key, Buffer.concat(pieces));
      return true;
    },
    async get(key, range) {
      const bytes = objects.get(key);
      return bytes === undefined ? null : { ...toInfo(key, bytes), content: contentOf(bytes, range) };
    },
    async info(key) {
      const bytes = objects.get(key);
      return bytes === undefined ? null : toInfo(key, bytes);
    },
    list: async (prefix) =>
      [...objects].filter(([key]) => key.startsWith(prefix)).map(([key, bytes]) => toInfo(key, bytes)),
    async delete(key) {
      objects.delete(key);
    },
    async deleteAll(prefix) {
      for (const key of objects.keys()) if (key.startsWith(prefix)) objects.delete(key);
    },
    close: async () => undefined,
  };
  return store;
}

async function* contentOf(bytes: Buffer, range?: ByteRange): AsyncGenerator<Uint8Array> {
  yield range === undefined ? bytes : bytes.subarray(range.start, range.end + 1);
}
