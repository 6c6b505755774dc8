import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "@jest/globals";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";

const HOUR_MS = 3_600_000;

export const MIB = 1024 ** 2;

/** The error of a store that cannot be worked with. */
export const UNAVAILABLE = { name: "AppError", code: "storage_unavailable", status: 503, retryable: true };

/** The error of a store without room. */
export const FULL = { ...UNAVAILABLE, message: expect.stringContaining("full") };

/** What lies in the folder of a store without objects. */
export const EMPTY = ["incoming", "objects"];

/** A folder for each test, the stores that it opens there, and the time that they read. */
export class StoreFolder {
  timeMs = 0;
  /** Holds the store's folder and nothing else. */
  parent = "";
  /** The store's folder; made by the first store. */
  folder = "";
  /** What the stores logged. */
  lines: string[] = [];
  stores: ObjectStore[] = [];

  async open(more: { maxBytes?: number; sweepEveryMs?: number } = {}): Promise<ObjectStore> {
    const store = await createFolderObjectStore({
      folder: this.folder,
      maxBytes: 100 * MIB,
      logger: createLogger({}, (line) => this.lines.push(line)),
      now: () => this.timeMs,
      ...more,
    });
    this.stores.push(store);
    return store;
  }

  inAnHour(): { expiresAt: Date } {
    return { expiresAt: new Date(this.timeMs + HOUR_MS) };
  }

  put(store: ObjectStore, key: string, content: string | Uint8Array): Promise<boolean> {
    return store.put(key, Buffer.from(content), this.inAnHour());
  }

  create(store: ObjectStore, key: string, content: string): Promise<boolean> {
    return store.put(key, Buffer.from(content), { ...this.inAnHour(), ifAbsent: true });
  }

  async everything(): Promise<readonly string[]> {
    return (await readdir(this.folder, { recursive: true })).sort();
  }

  /** The one file of a key. */
  async fileOf(key: string): Promise<string> {
    const path = join(this.folder, "objects", `${key}=`);
    const names = await readdir(path);
    expect(names).toHaveLength(1);
    return join(path, names[0] ?? "");
  }

  /** Opens the store again, whose first round is over when it answers a put. */
  async sweepOnce(): Promise<void> {
    const store = await this.open();
    await this.put(store, "probe", "x");
    await store.delete("probe");
  }

  async closeAll(): Promise<void> {
    await Promise.all(this.stores.map((store) => store.close()));
  }
}

/** Makes a folder before each test of the file, and removes it with what was opened there. */
export function useStoreFolder(): StoreFolder {
  const world = new StoreFolder();
  beforeEach(async () => {
    world.timeMs = Date.now();
    world.parent = await mkdtemp(join(tmpdir(), "objects-"));
    world.folder = join(world.parent, "store");
    world.lines = [];
    world.stores = [];
  });
  afterEach(async () => {
    await world.closeAll();
    await rm(world.parent, { recursive: true });
  });
  return world;
}
