import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { waitUntil } from "../support/wait-until.ts";
import { readText, repeat } from "./store-bench.fixture.ts";
import { EMPTY, FULL, MIB, UNAVAILABLE, useStoreFolder } from "./store-folder.fixture.ts";

const HOUR_MS = 3_600_000;

const world = useStoreFolder();

describe("a folder that is full", () => {
  it("refuses what does not fit, gives back what failed, and takes again what a delete made free", async () => {
    const store = await world.open({ maxBytes: MIB });
    for (let n = 0; n < 20; n += 1) {
      await expect(world.put(store, "big", Buffer.alloc(MIB))).rejects.toMatchObject(FULL);
      await expect(store.put("stream", repeat(100), world.inAnHour())).rejects.toMatchObject(FULL);
    }
    expect(await world.everything()).toEqual(EMPTY);
    await world.put(store, "a", Buffer.alloc(0.9 * MIB));
    await expect(world.put(store, "b", Buffer.alloc(0.2 * MIB))).rejects.toMatchObject(FULL);
    await expect(store.info("a")).resolves.not.toBeNull();
    await store.delete("a");
    await expect(world.put(store, "b", Buffer.alloc(0.9 * MIB))).resolves.toBe(true);
  });

  it("is not filled by putting the same key or losing races", async () => {
    const store = await world.open({ maxBytes: MIB });
    for (let n = 0; n < 20; n += 1) await world.put(store, "a", Buffer.alloc(0.4 * MIB));
    for (let n = 0; n < 20; n += 1) await world.create(store, "a", "x".repeat(0.4 * MIB));
    expect(await store.list("", { limit: 9 })).toHaveLength(1);
  });

  it("is filled by empty objects as well", async () => {
    const store = await world.open({ maxBytes: MIB });
    const putAll = async () => {
      for (let n = 0; n < 1000; n += 1) await world.put(store, `empty/${n}`, "");
    };
    await expect(putAll()).rejects.toMatchObject(FULL);
  });

  it("is full after a restart too, until its objects expire", async () => {
    const first = await world.open({ maxBytes: MIB });
    await world.put(first, "a", Buffer.alloc(0.9 * MIB));
    await first.close();
    const second = await world.open({ maxBytes: MIB });
    await expect(world.put(second, "b", Buffer.alloc(0.2 * MIB))).rejects.toMatchObject(FULL);
    world.timeMs += HOUR_MS;
    await expect(second.info("a")).resolves.toBeNull();
    await expect(world.put(second, "b", Buffer.alloc(0.2 * MIB))).resolves.toBe(true);
  });

  it("learns what another process did by its sweeps", async () => {
    const one = await world.open({ maxBytes: MIB, sweepEveryMs: 20 });
    const other = await world.open({ maxBytes: MIB });
    await world.put(one, "a", Buffer.alloc(0.9 * MIB));
    await other.delete("a");
    await waitUntil(() => world.put(one, "b", Buffer.alloc(0.5 * MIB)).catch(() => false));
  });
});

describeWith("root", "a disk that is full or read-only", () => {
  beforeEach(async () => {
    await mkdir(world.folder);
    execFileSync("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "none", world.folder]);
  });
  afterEach(async () => {
    await world.closeAll();
    execFileSync("/usr/bin/umount", [world.folder]);
  });

  it("is answered as a full store, leaves nothing of what failed, and works again", async () => {
    const store = await world.open();
    await world.put(store, "a", Buffer.alloc(MIB / 2));
    await expect(world.put(store, "b", Buffer.alloc(MIB))).rejects.toMatchObject(FULL);
    await expect(store.put("b", repeat(100), world.inAnHour())).rejects.toMatchObject(FULL);
    expect(await readdir(join(world.folder, "incoming"))).toEqual([]);
    await expect(world.put(store, "b", Buffer.alloc(MIB / 4))).resolves.toBe(true);
    await expect(store.info("a")).resolves.toMatchObject({ sizeBytes: MIB / 2 });
  });

  it("is read, and not written", async () => {
    const store = await world.open();
    await world.put(store, "a", "content");
    execFileSync("/usr/bin/mount", ["-o", "remount,ro", world.folder]);
    await expect(readText(store, "a")).resolves.toBe("content");
    await expect(world.put(store, "a", "new")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.delete("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(readText(store, "a")).resolves.toBe("content");
    world.timeMs += HOUR_MS;
    await expect(store.get("a")).resolves.toBeNull();
    await expect(store.info("a")).resolves.toBeNull();
  });
});

describe("a folder that is gone", () => {
  it("is said by every method, without a path, and is not made again", async () => {
    const store = await world.open({ sweepEveryMs: 10 });
    await world.put(store, "a/b", "content");
    await rm(world.folder, { recursive: true });
    for (const ask of [
      () => world.put(store, "a/b", "x"),
      () => world.create(store, "a/c", "x"),
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
    await waitUntil(() => world.lines.some((line) => line.includes("was not swept")));
    expect(existsSync(world.folder)).toBe(false);
  });

  it("is used again when it comes back", async () => {
    const store = await world.open();
    await world.put(store, "a", "content");
    await rename(world.folder, `${world.folder}-away`);
    await expect(store.get("a")).rejects.toMatchObject(UNAVAILABLE);
    await rename(`${world.folder}-away`, world.folder);
    await expect(readText(store, "a")).resolves.toBe("content");
    await expect(world.put(store, "a", "new")).resolves.toBe(true);
  });

  it("is said at the start when it cannot be made", async () => {
    await writeFile(world.folder, "a file in its place");
    await expect(world.open()).rejects.toMatchObject(UNAVAILABLE);
  });
});
