import { existsSync, readdirSync } from "node:fs";
import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { waitUntil } from "../support/wait-until.ts";
import { readText } from "./store-bench.fixture.ts";
import { EMPTY, MIB, useStoreFolder } from "./store-folder.fixture.ts";

const HOUR_MS = 3_600_000;

const world = useStoreFolder();

describe("what lies in the folder", () => {
  it("is for its owner alone, even when the folder was open to all", async () => {
    await mkdir(world.folder);
    await chmod(world.folder, 0o777);
    const store = await world.open();
    await world.put(store, "a/b", "content");
    for (const name of ["", ...(await world.everything())]) {
      expect((await stat(join(world.folder, name))).mode & 0o077).toBe(0);
    }
  });

  it("is there after a restart, with its expiry", async () => {
    const first = await world.open();
    await world.put(first, "a/b", "content");
    const before = await first.info("a/b");
    await first.close();
    const second = await world.open();
    await expect(second.info("a/b")).resolves.toEqual(before);
    await expect(readText(second, "a/b")).resolves.toBe("content");
    await expect(world.create(second, "a/b", "x")).resolves.toBe(false);
  });

  it("is nothing after deletes", async () => {
    const store = await world.open();
    for (const key of ["a", "a/b/c/d", "a/b/x", "z/y"]) await world.put(store, key, key);
    await store.delete("a/b/c/d");
    expect(await world.everything()).not.toContain("objects/a/b/c");
    await store.delete("a");
    await store.deleteAll("a/b/");
    await store.deleteAll("z");
    expect(await world.everything()).toEqual(EMPTY);
  });

  it("is nothing of an expired object once it was asked for", async () => {
    const store = await world.open();
    await world.put(store, "a/b/c", "x");
    world.timeMs += HOUR_MS;
    await store.get("a/b/c");
    expect(await world.everything()).toEqual(EMPTY);
  });

  it("is nothing after expiry, without being asked", async () => {
    const store = await world.open({ sweepEveryMs: 10 });
    for (let n = 0; n < 100; n += 1) await world.put(store, `a/${n % 7}/${n}`, `${n}`);
    await store.put("stays", Buffer.from("x"), { expiresAt: new Date(world.timeMs + 2 * HOUR_MS) });
    world.timeMs += HOUR_MS;
    await waitUntil(() => !existsSync(join(world.folder, "objects", "a")));
    expect(await store.list("", { limit: 9 })).toHaveLength(1);
    world.timeMs += HOUR_MS;
    await waitUntil(() => !existsSync(join(world.folder, "objects", "stays=")));
    expect(await world.everything()).toEqual(EMPTY);
  });

  it("does not get in the way of puts while folders are swept away below them", async () => {
    const store = await world.open({ sweepEveryMs: 1 });
    for (let n = 0; n < 100; n += 1) {
      await expect(world.put(store, "a/b/c/d", `${n}`)).resolves.toBe(true);
      await store.delete("a/b/c/d");
    }
    const all = Array.from({ length: 100 }, async (_, n) => {
      await world.put(store, `p/${n % 3}/${n % 5}`, `${n}`);
      if (n % 2 === 0) await store.deleteAll(`p/${n % 3}/`);
    });
    await expect(Promise.all(all)).resolves.toHaveLength(100);
  });

  it("is swept in the background: the event loop goes on", async () => {
    const expired = world.timeMs - 1;
    for (let n = 0; n < 1000; n += 1) {
      const path = join(world.folder, "objects", `${n % 10}`, `${n}=`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `1.${expired}.0.0123456789abcdef`), "");
    }
    let turns = 0;
    const turn = setInterval(() => {
      turns += 1;
    }, 1);
    await world.open();
    await waitUntil(() => readdirSync(join(world.folder, "objects")).length === 0);
    clearInterval(turn);
    expect(await world.everything()).toEqual(EMPTY);
    expect(turns).toBeGreaterThan(20);
  }, 120_000);
});

describe("streams", () => {
  it("are on the disk chunk by chunk: none waits in memory", async () => {
    const store = await world.open();
    const chunk = Buffer.alloc(100_000);
    async function* watched() {
      for (let n = 0; n < 200; n += 1) {
        const [name = ""] = await readdir(join(world.folder, "incoming"));
        const { size } = await stat(join(world.folder, "incoming", name, "content"));
        expect(size).toBe(n * chunk.byteLength);
        yield chunk;
      }
    }
    await expect(store.put("a", watched(), world.inAnHour())).resolves.toBe(true);
    expect(await readdir(join(world.folder, "incoming"))).toEqual([]);
  });

  it("come in chunks that are small, whatever was put", async () => {
    const store = await world.open();
    await world.put(store, "a", Buffer.alloc(10 * MIB));
    for await (const chunk of (await store.get("a"))?.content ?? []) {
      expect(chunk.byteLength).toBeLessThanOrEqual(64 * 1024);
    }
  });

  it("keep no file open when they are read, left, or small and never begun", async () => {
    const store = await world.open();
    await world.put(store, "small", "x");
    await world.put(store, "large", Buffer.alloc(MIB));
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
