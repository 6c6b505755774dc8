import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { readText } from "./store-bench.fixture.ts";
import { UNAVAILABLE, useStoreFolder } from "./store-folder.fixture.ts";

const HOUR_MS = 3_600_000;

const world = useStoreFolder();

describe("what a crash left", () => {
  const stale = () => new Date(world.timeMs - HOUR_MS);

  it("is swept when nobody wrote to it for long, and left alone before", async () => {
    for (const name of ["old", "young", "old-empty"]) {
      await mkdir(join(world.folder, "incoming", name), { recursive: true });
    }
    for (const name of ["old", "young"])
      await writeFile(join(world.folder, "incoming", name, "content"), "half");
    await utimes(join(world.folder, "incoming", "old", "content"), stale(), stale());
    await utimes(join(world.folder, "incoming", "old-empty"), stale(), stale());
    await world.sweepOnce();
    expect(await readdir(join(world.folder, "incoming"))).toEqual(["young"]);
  });

  it("is never the content that this process is still receiving", async () => {
    const store = await world.open({ sweepEveryMs: 5 });
    async function* slow() {
      yield Buffer.from("slow ");
      world.timeMs += HOUR_MS;
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield Buffer.from("content");
    }
    await store.put("a", slow(), { expiresAt: new Date(world.timeMs + 9 * HOUR_MS) });
    await expect(readText(store, "a")).resolves.toBe("slow content");
  });

  it("is the younger of two contents when a replacement was interrupted", async () => {
    const store = await world.open();
    await world.put(store, "a", "old");
    const old = await world.fileOf("a");
    world.timeMs -= 1000; // A clock that is set back does not make the old one the younger.
    await world.put(store, "a", "new");
    await writeFile(old, "old");
    await expect(readText(store, "a")).resolves.toBe("new");
    await world.sweepOnce();
    await expect(readFile(await world.fileOf("a"), "utf8")).resolves.toBe("new");
  });

  it("is no object when its bytes were lost, and can be created anew", async () => {
    const store = await world.open();
    for (const key of ["a", "b"]) {
      await world.put(store, key, "content");
      await truncate(await world.fileOf(key), 3);
    }
    await expect(store.get("a")).resolves.toBeNull();
    await expect(store.info("a")).resolves.toBeNull();
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(world.create(store, "a", "again")).resolves.toBe(true);
    await expect(world.put(store, "b", "again")).resolves.toBe(true);
    for (const key of ["a", "b"]) await expect(readText(store, key)).resolves.toBe("again");
  });
});

describe("what somebody planted", () => {
  let secret: string;
  let outside: string;

  beforeEach(async () => {
    outside = join(world.parent, "outside");
    await mkdir(outside);
    secret = join(outside, `1.${world.timeMs + HOUR_MS}.6.0123456789abcdef`);
    await writeFile(secret, "secret");
  });
  afterEach(async () => {
    expect(await readdir(outside)).toHaveLength(1);
    await expect(readFile(secret, "utf8")).resolves.toBe("secret");
  });

  it("a link in place of a key's folder is not followed", async () => {
    const store = await world.open();
    await symlink(outside, join(world.folder, "objects", "a="));
    await expect(store.get("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.info("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.delete("a")).rejects.toMatchObject(UNAVAILABLE);
    await expect(world.put(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(world.create(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await store.deleteAll("");
  });

  it("a link in place of a segment is not followed", async () => {
    const store = await world.open();
    await symlink(outside, join(world.folder, "objects", "a"));
    for (const key of ["a/b", "a/b/c/d"]) {
      await expect(store.get(key)).resolves.toBeNull();
      await expect(world.put(store, key, "x")).rejects.toMatchObject(UNAVAILABLE);
      await expect(world.create(store, key, "x")).rejects.toMatchObject(UNAVAILABLE);
    }
    await expect(store.list("a/", { limit: 9 })).rejects.toMatchObject(UNAVAILABLE);
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(store.deleteAll("a/")).rejects.toMatchObject(UNAVAILABLE);
    await store.deleteAll("");
  });

  it("a link or a pipe in place of a content is not read", async () => {
    const store = await world.open();
    // Each as long as what it replaces, as lstat says it.
    for (const [length, plant] of [
      [secret.length, (path: string) => symlink(secret, path)],
      [0, async (path: string) => void execFileSync("/usr/bin/mkfifo", [path])],
      [4096, (path: string) => mkdir(path)],
    ] as const) {
      await world.put(store, "a", Buffer.alloc(length));
      const path = await world.fileOf("a");
      await rm(path);
      await plant(path);
      await expect(store.get("a")).resolves.toBeNull();
      await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
      await rm(join(world.folder, "objects", "a="), { recursive: true });
    }
  });

  it("links among what is incoming are removed, not what they lead to", async () => {
    await world.open();
    await symlink(outside, join(world.folder, "incoming", "link"));
    await mkdir(join(world.folder, "incoming", "old"));
    await symlink(secret, join(world.folder, "incoming", "old", "content"));
    world.timeMs += HOUR_MS;
    await world.sweepOnce();
    expect(await readdir(join(world.folder, "incoming"))).toEqual([]);
  });

  it("what cannot be swept is said, and does not keep the sweep from the rest", async () => {
    for (const key of ["a", "b", "c"]) {
      const path = join(world.folder, "objects", `${key}=`);
      await mkdir(key === "b" ? join(path, "1.1.1.0123456789abcdef") : path, { recursive: true });
      if (key !== "b") await writeFile(join(path, "1.1.1.0123456789abcdef"), "x");
    }
    const store = await world.open();
    await world.put(store, "probe", "x");
    expect((await readdir(join(world.folder, "objects"))).sort()).toEqual(["b=", "probe="]);
    expect(world.lines.join()).toContain("the object store was not swept");
    expect(world.lines.join()).not.toContain(world.parent);
    await expect(store.get("b")).resolves.toBeNull();
  });

  it("files of no key are no objects", async () => {
    const store = await world.open();
    await mkdir(join(world.folder, "objects", "a="));
    await writeFile(join(world.folder, "objects", "a=", "notes.txt"), "x");
    await writeFile(join(world.folder, "objects", "b="), "x");
    await expect(store.get("a")).resolves.toBeNull();
    await expect(store.list("", { limit: 9 })).resolves.toEqual([]);
    await expect(world.create(store, "a", "x")).rejects.toMatchObject(UNAVAILABLE);
    await expect(world.put(store, "a", "x")).resolves.toBe(true);
    await expect(readText(store, "a")).resolves.toBe("x");
  });
});
