import { beforeEach, describe, expect, it } from "@jest/globals";
import { signUrl } from "#shared/google-cloud/sign-url.ts";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { createBucketObjectStore } from "#shared/object-store/object-store-bucket.ts";
import { HMAC_KEY } from "../google-cloud/google-cloud.fixture.ts";
import { describeFull } from "../support/capabilities.ts";
import { plant, useBucket } from "./bucket.fixture.ts";
import { readText } from "./store-bench.fixture.ts";

const DAY_MS = 24 * 3_600_000;
const TEXT = "0123456789".repeat(50_000);
const UNAVAILABLE = { name: "AppError", code: "storage_unavailable", status: 503 };

describe("reads from a bucket that fails", () => {
  const world = useBucket();
  let store: ObjectStore;
  beforeEach(() => {
    store = world.open();
  });

  it("go on where the connection broke", async () => {
    plant(world, "a", TEXT);
    world.fail("GET", { truncateAt: 100_000 }, { truncateAt: 0 }, { status: 503 }, { truncateAt: 7 });
    await expect(readText(store, "a")).resolves.toBe(TEXT);
    world.fail("GET", { truncateAt: 10 });
    await expect(readText(store, "a", { start: 5, end: 200_000 })).resolves.toBe(TEXT.slice(5, 200_001));
  });

  it("never mix two contents, and end when the first is gone", async () => {
    plant(world, "a", TEXT);
    world.fail("GET", { truncateAt: 100_000 });
    const object = await store.get("a");
    plant(world, "a", "x".repeat(TEXT.length));
    const read = async () => {
      for await (const chunk of object?.content ?? []) expect(TEXT).toContain(Buffer.from(chunk).toString());
    };
    await expect(read()).rejects.toMatchObject(UNAVAILABLE);
  });

  it("end when the connection breaks again and again", async () => {
    plant(world, "a", TEXT);
    world.storage.faultOf = () => ({ truncateAt: 10 });
    await expect(readText(store, "a")).rejects.toMatchObject(UNAVAILABLE);
    expect(world.count("GET")).toBe(6);
  });

  it("see what a signed URL put, for a day", async () => {
    const url = signUrl(
      { method: "PUT", bucket: "b", object: "runs/out", lifetimeSeconds: 60 },
      { key: HMAC_KEY, endpoint: world.storage.endpoint, now: () => world.timeMs },
    );
    await fetch(url, { method: "PUT", body: "result" });
    await expect(readText(store, "runs/out")).resolves.toBe("result");
    await expect(store.list("runs/", { limit: 5 })).resolves.toMatchObject([
      { key: "runs/out", sizeBytes: 6 },
    ]);
    world.timeMs += DAY_MS;
    await expect(store.get("runs/out")).resolves.toBeNull();
    await expect(store.list("runs/", { limit: 5 })).resolves.toEqual([]);
  });

  it("list thousands in few calls, also where most have expired", async () => {
    for (let n = 0; n < 2_500; n += 1) plant(world, `old/${String(n).padStart(5, "0")}`, "x");
    world.timeMs += DAY_MS;
    plant(world, "old/99999", "x");
    await expect(store.list("old/", { limit: 1 })).resolves.toMatchObject([{ key: "old/99999" }]);
    expect(world.count("json GET")).toBeLessThanOrEqual(4);
    for (let n = 0; n < 1_200; n += 1) plant(world, `new/${n}`, "x");
    await expect(store.list("new/", { limit: 1_100 })).resolves.toHaveLength(1_100);
    await expect(store.list("new/", { limit: 100, after: "new/5" })).resolves.toHaveLength(100);
    expect(world.count("json GET")).toBeLessThanOrEqual(7);
  });

  it("list again after an answer that broke off", async () => {
    for (let n = 0; n < 50; n += 1) plant(world, `a/${n}`, "x");
    world.fail("json GET", { truncateAt: 200 }, { status: 503 });
    await expect(store.list("a/", { limit: 100 })).resolves.toHaveLength(50);
  });

  it("wait for a slow metadata server, and say when there is none", async () => {
    plant(world, "a", "x");
    world.metadata.delayMs = 500;
    await expect(readText(store, "a")).resolves.toBe("x");
    world.metadata.fail({ status: 404 });
    await expect(world.open().info("a")).rejects.toMatchObject(UNAVAILABLE);
  });

  it.each([
    [403, "role Storage Object User"],
    [429, "too much to do"],
    [500, "look after its bucket"],
  ])("say what to do after %d, and show nothing of the storage", async (status, advice) => {
    world.storage.faultOf = () => ({ status });
    const refused = await store.get("a").catch((thrown: Error) => thrown);
    expect(refused).toMatchObject({ ...UNAVAILABLE, message: expect.stringContaining(advice) });
    expect((refused as Error).message).not.toMatch(/127\.0\.0\.1|ya29|stand-in/);
  });

  it("tell a bucket that is not there from an object that is not there", async () => {
    const { client, storage } = world;
    const lost = createBucketObjectStore({ client, bucket: "none", endpoint: storage.endpoint });
    const refusal = { ...UNAVAILABLE, message: expect.stringContaining("STORAGE_BUCKET") };
    await expect(lost.get("a")).rejects.toMatchObject(refusal);
    await expect(lost.list("a", { limit: 1 })).rejects.toMatchObject(refusal);
    await expect(lost.put("a", Buffer.from("x"), world.inAnHour())).rejects.toMatchObject(refusal);
    await expect(store.get("a")).resolves.toBeNull();
  });
});

describeFull([], "reads from a bucket that falls silent", () => {
  const world = useBucket();

  it("go on where it did", async () => {
    plant(world, "a", TEXT);
    world.fail("GET", { truncateAt: 100_000, isSilent: true });
    await expect(readText(world.open(), "a")).resolves.toBe(TEXT);
    expect(world.count("GET")).toBe(2);
  });
});
