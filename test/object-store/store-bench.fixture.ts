import { afterEach, beforeEach } from "@jest/globals";
import type { ByteRange, ObjectStore } from "#shared/object-store/object-store.ts";

const HOUR_MS = 3_600_000;

/** A chunk for long streams. */
export const CHUNK = Buffer.alloc(64 * 1024, "0123456789abcdef");

/** Opens an empty store that reads the time from `now`; the suite closes it. */
export type OpenStore = (now: () => number) => Promise<ObjectStore>;

/** A store for each test, at a time that the test sets. */
export interface StoreBench {
  readonly store: ObjectStore;
  timeMs: number;
  readonly inAnHour: () => Date;
  /** Puts text for an hour. */
  readonly put: (key: string, content: string) => Promise<boolean>;
  /** Puts text for an hour if nothing is there. */
  readonly create: (key: string, content: string) => Promise<boolean>;
}

/** Opens a store before each test of the suite, and closes it afterwards. */
export function useStore(open: OpenStore): StoreBench {
  let timeMs = 0;
  let store: ObjectStore | undefined;
  const bench: StoreBench = {
    get store() {
      if (!store) throw new Error("no test is running");
      return store;
    },
    get timeMs() {
      return timeMs;
    },
    set timeMs(value) {
      timeMs = value;
    },
    inAnHour: () => new Date(timeMs + HOUR_MS),
    put: (key, content) => bench.store.put(key, Buffer.from(content), { expiresAt: bench.inAnHour() }),
    create: (key, content) =>
      bench.store.put(key, Buffer.from(content), { expiresAt: bench.inAnHour(), ifAbsent: true }),
  };
  beforeEach(async () => {
    timeMs = Date.now();
    store = await open(() => timeMs);
  });
  afterEach(() => bench.store.close());
  return bench;
}

/** All bytes of an object as text; null when there is none. */
export async function readText(store: ObjectStore, key: string, range?: ByteRange): Promise<string | null> {
  const object = await store.get(key, range);
  if (!object) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The same chunk, many times. */
export async function* repeat(times: number, chunk: Uint8Array = CHUNK): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < times; n += 1) yield chunk;
}
