import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createFolderObjectStore } from "#shared/object-store/object-store-folder.ts";
import { createLogger } from "#shared/observability/logger.ts";
import { describeWith } from "../support/capabilities.ts";
import { waitUntil } from "../support/wait-until.ts";
import { readText, repeat } from "./object-store.contract.ts";

const HOUR_MS = 3_600_000;
const MIB = 1024 ** 2;
const UNAVAILABLE = { name: "AppError", code: "storage_unavailable", status: 503, retryable: true };
const FULL = { ...UNAVAILABLE, message: expect.stringContaining("full") };

let parent: string;
let folder: string;
let stores: ObjectStore[];
let lines: string[];
let timeMs: number;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "objects-"));
  folder = join(parent, "store");
  stores = [];
  lines = [];
  timeMs = Date.now();
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.close()));
  await rm(parent, { recursive: true });
});

async function open(more: { maxBytes?: number; sweepEveryMs?: number } = {}): Promise<ObjectStore> {
  const logger = createLogger({}, (line) => lines.push(line));
  const store = await createFolderObjectStore({
    folder,
    maxBytes: 100 * MIB,
    logger,
    now: () => timeMs,
    ...more,
  });
  stores.push(store);
  return store;
}

const inAnHour = () => ({ expiresAt: new Date(timeMs + HOUR_MS) });
const put = (store: ObjectStore, key: string, content: string | Uint8Array) =>
  store.put(key, Buffer.from(content), inAnHour());
const create = (store: ObjectStore, key: string, content: string) =>
  store.put(key, Buffer.from(content), { ...inAnHour(), ifAbsent: true });
const everything = async () => (await readdir(folder, { recursive: true })).sort();
const EMPTY = ["incoming", "objects"];

/** The one file of a key. */
async function fileOf(key: string): Promise<string> {
  const names = await readdir(join(folder, "objects", `${key}=`));
  expect(names).toHaveLength(1);
  return join(folder, "objects", `${key}=`, names[0] ?? "");
}

/** Opens the store again, whose first round is over when it answers a put. */
async function sweepOnce(): Promise<void> {
  const store = await open();
  await put(store, "probe", "x");
  await store.delete("probe");
}

describe("a folder that is full", () => {
  it("refuses what does not fit, gives back what failed, and takes again what a delete made free", async () => {
    const store = await open({ maxBytes: MIB });
    for (let n = 0; n < 20; n += 1) {
      await expect(put(store, "big", Buffer.alloc(MIB))).rejects.toMatchObject(FULL);
      await expect(store.put("stream", repeat(100), inAnHour())).rejects.toMatchObject(FULL);
    }
    expect(await everything()).toEqual(EMPTY);
    await put(store, "a", Buffer.alloc(0.9 * MIB));
    await expect(put(store, "b", Buffer.alloc(0.2 * MIB))).rejects.toMatchObject(FULL);
    await expect(store.info("a")).resolves.not.toBeNull();
    await store.delete("a");
    await expect(put(store, "b", Buffer.alloc(0.9 * MIB))).resolves.toBe(true);
  });

  it("is not filled by putting the same key or losing races", async () => {
    const store = await open({ maxBytes: MIB });
    for (let n = 0; n < 20; n += 1) await put(store, "a", Buffer.alloc(0.4 * MIB));
    for (let n = 0; n < 20; n += 1) await create(store, "a", "x".repeat(0.4 * MIB));
    expect(await store.list("", { limit: 9 })).toHaveLength(1);
  });

  it("is filled by empty objects as well", async () => {
    const store = await open({ maxBytes: MIB });
    const putAll = async () => {
      for (let n = 0; n < 1000; n += 1) await put(store, `empty/${n}`, "");
    };
    await expect(putAll()).rejects.toMatchObject(FULL);
  });

  it("is full after a restart too, until its objects expire", async () => {
    const first = await open({ maxBytes: MIB });
    await put(first, "a", Buffer.alloc(0.9 * MIB));
    await first.close();
    const second = await open({ maxBytes: MIB });
    await expect(put(second, "b", Buffer.alloc(0.2 * MIB))).rejects.toMatchObject(FULL);
    timeMs += HOUR_MS;
    await expect(second.info("a")).resolves.toBeNull();
    await expect(put(second, "b", Buffer.alloc(0.2 * MIB))).resolves.toBe(true);
  });

  it("learns what another process did by its sweeps", async () => {
    const one = await open({ maxBytes: MIB, sweepEveryMs: 20 });
    const other = await open({ maxBytes: MIB });
    await put(one, "a", Buffer.alloc(0.9 * MIB));
    await other.delete("a");
    let fits = false;
    for (let n = 0; n < 500 && !fits; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      fits = await put(one, "b", Buffer.alloc(0.5 * MIB)).catch(() => false);
    }
    expect(fits).toBe(true);
  });
});

describeWith("root", "a disk that is full or read-only", () => {
  beforeEach(async () => {
    await mkdir(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "none", folder]);
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    execFileSync("umount", [folder]);
  });

  it("is answered as a full store, leaves nothing of what failed, and works again", async () => {
    const store = await open();
    await put(store, "a", Buffer.alloc(MIB / 2));
    await expect(put(store, "b", Buffer.alloc(MIB))).rejects.toMatchObject(FULL);
    await expect(store.put("b", repeat(100), inAnHour())).rejects.toMatchObject(FULL);
    expect(await readdir(join(folder, "incoming"))).toEqual([]);
    await expect(put(store, "b", Buffer.alloc(MIB / 4))).resolves.toBe(true);
    await expect(store.info("a")).resolves.toMatchObject({ sizeBytes: MIB / 2 });
  });

  it("is read, and not written", async () => {
    const store = await open();
    await put(store, "a", "content");
    execFileSync("mount", ["-o", "remount,ro", folder]);
    await expect(readText(store, "a")).resolves.toBe("content");
    await expect(put(store, "a", "new")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.delete("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(readText(store, "a")).resolves.toBe("content");
  });
});

describe("a folder that is gone", () => {
  it("is said by every method, without a path, and is not made again", async () => {
    const store = await open({ sweepEveryMs: 10 });
    await put(store, "a/b", "content");
    await rm(folder, { recursive: true });
    for (const ask of [
      () => put(store, "a/b", "x"),
      () => create(store, "a/c", "x"),
      () => store.get("a/b"),
      () => store.info("a"),
      () => store.list("", { limit: 1 }),
      () => store.list("a/", { limit: 1 }),
      () => store.delete("a/b"),
      () => store.deleteAll("a/"),
    ]) {
      const thrown: unknown = await ask().catch((error: unknown) => error);
      expect(thrown).toMatchObject(UNAVAILABLE);
      expect(`${thrown}`).not.toContain(tmpdir());
      expect(`${thrown}`).toMatch(/try again/i);
    }
    await waitUntil(() => lines.some((line) => line.includes("was not swept")));
    expect(existsSync(folder)).toBe(false);
  });

  it("is used again when it comes back", async () => {
    const store = await open();
    await put(store, "a", "content");
    await rename(folder, `${folder}-away`);
    await expect(store.get("a")).rejects.toMatchObject(UNAVAILABLE);
    await rename(`${folder}-away`, folder);
    await expect(readText(store, "a")).resolves.toBe("content");
    await expect(put(store, "a", "new")).resolves.toBe(true);
  });

  it("is said at the start when it cannot be made", async () => {
    await writeFile(folder, "a file in its place");
    await expect(open()).rejects.toMatchObject(UNAVAILABLE);
  });
});

describe("what lies in the folder", () => {
  it("is for its owner alone, even when the folder was open to all", async () => {
    await mkdir(folder);
    await chmod(folder, 0o777);
    const store = await open();
    await put(store, "a/b", "content");
    for (const name of ["", ...(await everything())]) {
      expect((await stat(join(folder, name))).mode & 0o077).toBe(0);
    }
  });

  it("is there after a restart, with its expiry", async () => {
    const first = await open();
    await put(first, "a/b", "content");
    const before = await first.info("a/b");
    await first.close();
    const second = await open();
    await expect(second.info("a/b")).resolves.toEqual(before);
    await expect(readText(second, "a/b")).resolves.toBe("content");
    await expect(create(second, "a/b", "x")).resolves.toBe(false);
  });

  it("is nothing after deletes", async () => {
    const store = await open();
    for (const key of ["a", "a/b/c/d", "a/b/x", "z/y"]) await put(store, key, key);
    await store.delete("a/b/c/d");
    expect(await everything()).not.toContain("objects/a/b/c");
    await store.delete("a");
    await store.deleteAll("a/b/");
    await store.deleteAll("z");
    expect(await everything()).toEqual(EMPTY);
  });

  it("is nothing of an expired object once it was asked for", async () => {
    const store = await open();
    await put(store, "a/b/c", "x");
    timeMs += HOUR_MS;
    await store.get("a/b/c");
    expect(await everything()).toEqual(EMPTY);
  });

  it("is nothing after expiry, without being asked", async () => {
    const store = await open({ sweepEveryMs: 10 });
    for (let n = 0; n < 300; n += 1) await put(store, `a/${n % 7}/${n}`, `${n}`);
    await store.put("stays", Buffer.from("x"), { expiresAt: new Date(timeMs + 2 * HOUR_MS) });
    timeMs += HOUR_MS;
    await waitUntil(() => !existsSync(join(folder, "objects", "a")));
    expect(await store.list("", { limit: 9 })).toHaveLength(1);
    timeMs += HOUR_MS;
    await waitUntil(() => !existsSync(join(folder, "objects", "stays=")));
    expect(await everything()).toEqual(EMPTY);
  });

  it("does not get in the way of puts while folders are swept away below them", async () => {
    const store = await open({ sweepEveryMs: 1 });
    for (let n = 0; n < 300; n += 1) {
      await expect(put(store, "a/b/c/d", `${n}`)).resolves.toBe(true);
      await store.delete("a/b/c/d");
    }
    const all = Array.from({ length: 300 }, async (_, n) => {
      await put(store, `p/${n % 3}/${n % 5}`, `${n}`);
      if (n % 2 === 0) await store.deleteAll(`p/${n % 3}/`);
    });
    await expect(Promise.all(all)).resolves.toHaveLength(300);
  });

  it("is swept in the background: the event loop goes on", async () => {
    const expired = timeMs - 1;
    for (let n = 0; n < 3000; n += 1) {
      const path = join(folder, "objects", `${n % 10}`, `${n}=`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `1.${expired}.0.0123456789abcdef`), "");
    }
    let turns = 0;
    const turn = setInterval(() => {
      turns += 1;
    }, 1);
    await sweepOnce();
    clearInterval(turn);
    expect(await everything()).toEqual(EMPTY);
    expect(turns).toBeGreaterThan(20);
  }, 120_000);
});

describe("streams", () => {
  it("are on the disk chunk by chunk: none waits in memory", async () => {
    const store = await open();
    const chunk = Buffer.alloc(100_000);
    async function* watched() {
      for (let n = 0; n < 200; n += 1) {
        const [name = ""] = await readdir(join(folder, "incoming"));
        const { size } = await stat(join(folder, "incoming", name, "content"));
        expect(size).toBe(n * chunk.byteLength);
        yield chunk;
      }
    }
    await expect(store.put("a", watched(), inAnHour())).resolves.toBe(true);
    expect(await readdir(join(folder, "incoming"))).toEqual([]);
  });

  it("come in chunks that are small, whatever was put", async () => {
    const store = await open();
    await put(store, "a", Buffer.alloc(10 * MIB));
    for await (const chunk of (await store.get("a"))?.content ?? []) {
      expect(chunk.byteLength).toBeLessThanOrEqual(64 * 1024);
    }
  });

  it("keep no file open when they are read, left, or small and never begun", async () => {
    const store = await open();
    await put(store, "small", "x");
    await put(store, "large", Buffer.alloc(MIB));
    const openFiles = async () => (await readdir("/proc/self/fd")).length;
    const before = await openFiles();
    for (let n = 0; n < 50; n += 1) {
      await store.get("small");
      await readText(store, "large");
      for await (const _ of (await store.get("large"))?.content ?? []) break;
      await (await store.get("large"))?.content[Symbol.asyncIterator]().return?.();
    }
    expect(await openFiles()).toBeLessThan(before + 25);
  });
});

describe("what a crash left", () => {
  const stale = () => new Date(timeMs - HOUR_MS);

  it("is swept when nobody wrote to it for long, and left alone before", async () => {
    for (const name of ["old", "young", "old-empty"]) {
      await mkdir(join(folder, "incoming", name), { recursive: true });
    }
    for (const name of ["old", "young"]) await writeFile(join(folder, "incoming", name, "content"), "half");
    await utimes(join(folder, "incoming", "old", "content"), stale(), stale());
    await utimes(join(folder, "incoming", "old-empty"), stale(), stale());
    await sweepOnce();
    expect(await readdir(join(folder, "incoming"))).toEqual(["young"]);
  });

  it("is never the content that this process is still receiving", async () => {
    const store = await open({ sweepEveryMs: 5 });
    async function* slow() {
      yield Buffer.from("slow ");
      timeMs += HOUR_MS;
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield Buffer.from("content");
    }
    await store.put("a", slow(), { expiresAt: new Date(timeMs + 9 * HOUR_MS) });
    await expect(readText(store, "a")).resolves.toBe("slow content");
  });

  it("is the younger of two contents when a replacement was interrupted", async () => {
    const store = await open();
    await put(store, "a", "old");
    const old = await fileOf("a");
    await put(store, "a", "new");
    await writeFile(old, "old");
    await expect(readText(store, "a")).resolves.toBe("new");
    await sweepOnce();
    await expect(readFile(await fileOf("a"), "utf8")).resolves.toBe("new");
  });

  it("is no object when its bytes were lost, and can be created anew", async () => {
    const store = await open();
    for (const key of ["a", "b"]) {
      await put(store, key, "content");
      await truncate(await fileOf(key), 3);
    }
    await expect(store.get("a")).resolves.toBeNull();
    await expect(store.info("a")).resolves.toBeNull();
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(create(store, "a", "again")).resolves.toBe(true);
    await expect(put(store, "b", "again")).resolves.toBe(true);
    for (const key of ["a", "b"]) await expect(readText(store, key)).resolves.toBe("again");
  });
});

describe("what somebody planted", () => {
  let secret: string;
  let outside: string;

  beforeEach(async () => {
    outside = join(parent, "outside");
    await mkdir(outside);
    secret = join(outside, `1.${timeMs + HOUR_MS}.6.0123456789abcdef`);
    await writeFile(secret, "secret");
  });
  afterEach(async () => {
    expect(await readdir(outside)).toHaveLength(1);
    await expect(readFile(secret, "utf8")).resolves.toBe("secret");
  });

  it("a link in place of a key's folder is not followed", async () => {
    const store = await open();
    await symlink(outside, join(folder, "objects", "a="));
    await expect(store.get("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.info("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.delete("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(put(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(create(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await store.deleteAll("");
  });

  it("a link in place of a segment is not followed", async () => {
    const store = await open();
    await symlink(outside, join(folder, "objects", "a"));
    for (const key of ["a/b", "a/b/c/d"]) {
      await expect(store.get(key)).resolves.toBeNull();
      await expect(put(store, key, "x")).rejects.toMatchObject(UNAVAILABLE);
      await expect(create(store, key, "x")).rejects.toMatchObject(UNAVAILABLE);
    }
    await expect(store.list("a/", { limit: 9 })).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(store.deleteAll("a/")).rejects.toMatchObject(UNAVAILABLE);
    await store.deleteAll("");
  });

  it("a link or a pipe in place of a content is not read, and is replaced", async () => {
    const store = await open();
    for (const plant of [
      (path: string) => symlink(secret, path),
      async (path: string) => void execFileSync("mkfifo", [path]),
      (path: string) => mkdir(path),
    ]) {
      await put(store, "a", "secret");
      const path = await fileOf("a");
      await rm(path);
      await plant(path);
      await expect(store.get("a")).resolves.toBeNull();
      await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
      await rm(join(folder, "objects", "a="), { recursive: true });
    }
  });

  it("links among what is incoming are removed, not what they lead to", async () => {
    await open();
    await symlink(outside, join(folder, "incoming", "link"));
    await mkdir(join(folder, "incoming", "old"));
    await symlink(secret, join(folder, "incoming", "old", "content"));
    timeMs += HOUR_MS;
    await sweepOnce();
    expect(await readdir(join(folder, "incoming"))).toEqual([]);
  });

  it("files of no key are no objects", async () => {
    const store = await open();
    await mkdir(join(folder, "objects", "a="));
    await writeFile(join(folder, "objects", "a=", "notes.txt"), "x");
    await writeFile(join(folder, "objects", "b="), "x");
    await expect(store.get("a")).resolves.toBeNull();
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(create(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(put(store, "a", "x")).resolves.toBe(true);
    await expect(readText(store, "a")).resolves.toBe("x");
  });
});
