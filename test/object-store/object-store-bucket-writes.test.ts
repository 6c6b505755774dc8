import { createHash } from "node:crypto";
import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ObjectStore } from "#shared/object-store/object-store.ts";
import { plant, useBucket } from "./bucket.fixture.ts";

describe("writes to a bucket that fails", () => {
  const world = useBucket();
  let store: ObjectStore;
  beforeEach(() => {
    store = world.open();
  });
  const create = (key: string, text: string, by = store) =>
    by.put(key, Buffer.from(text), { ...world.inAnHour(), ifAbsent: true });
  const put = (key: string, text: string) => store.put(key, Buffer.from(text), world.inAnHour());

  it("know their own creation when its answer is lost", async () => {
    world.fail("PUT", { reset: "after" });
    await expect(create("claim", "mine")).resolves.toBe(true);
    await expect(create("claim", "again")).resolves.toBe(false);
    expect(world.lying("claim")).toBe("mine");
  });

  it.each([{ status: 503 }, { status: 429 }, { status: 500 }, { reset: "before" as const }])(
    "create after %j",
    async (fault) => {
      world.fail("PUT", fault, fault);
      await expect(create("claim", "mine")).resolves.toBe(true);
      world.fail("PUT", fault, fault);
      await expect(create("claim", "again")).resolves.toBe(false);
    },
  );

  it("have one winner, and know it, while calls fail in every way", async () => {
    const troubles = [{ reset: "after" }, { status: 503 }, { reset: "before" }, { status: 429 }] as const;
    const racers = [store, world.open(), world.open()];
    for (let round = 0; round < 8; round += 1) {
      const key = `race/${round}`;
      // Fewer faults in all than one call has attempts, at other calls each time.
      let n = 0;
      world.storage.faultOf = () => {
        n += 1;
        return n % 2 === round % 2 && n <= 8 ? (troubles[(n + round) % 4] ?? null) : null;
      };
      const wins = await Promise.all(
        racers.map(async (by, racer) => ((await create(key, `${racer}`, by)) ? `${racer}` : null)),
      );
      expect(wins.filter((winner) => winner !== null)).toEqual([world.lying(key)]);
    }
  }, 120_000);

  it("are not made again over what somebody put since we looked", async () => {
    await put("record", "old");
    let calls = 0;
    world.storage.faultOf = ({ method }) => {
      if (method !== "PUT") return null;
      calls += 1;
      if (calls === 2) plant(world, "record", "newer");
      return calls === 1 ? { reset: "before" } : null;
    };
    await put("record", "mine");
    expect(calls).toBe(2);
    expect(world.lying("record")).toBe("newer");
  });

  it("are not made again when the first call was done", async () => {
    world.fail("PUT", { reset: "after" });
    await put("record", "mine");
    expect(world.count("PUT")).toBe(1);
    expect(world.lying("record")).toBe("mine");
  });

  it("replace when nothing came of the first call", async () => {
    await put("record", "old");
    world.fail("PUT", { status: 503 }, { reset: "before" });
    await put("record", "mine");
    expect(world.lying("record")).toBe("mine");
  });

  it("wait when the same object was changed a moment ago: the storage takes one change a second", async () => {
    world.fail("PUT", { status: 429, retryAfter: 1 }, { status: 429 });
    await put("record", "mine");
    expect(world.lying("record")).toBe("mine");
    expect(world.count("PUT")).toBe(3);
  });

  it("do not delete what somebody put meanwhile", async () => {
    await put("lock", "mine");
    world.fail("DELETE", { reset: "after" });
    world.before("DELETE", () => {
      // The second call comes after the next holder.
      const first = world.storage.faultOf;
      world.storage.faultOf = (call) => {
        if (call.method === "DELETE") plant(world, "lock", "next holder's");
        return first(call);
      };
    });
    await store.delete("lock");
    expect(world.count("DELETE")).toBe(2);
    expect(world.lying("lock")).toBe("next holder's");
  });

  it("delete everything in spite of faults", async () => {
    for (let n = 0; n < 40; n += 1) plant(world, `files/${n}`, "x");
    plant(world, "other", "x");
    const failed = new Set<string>();
    world.storage.faultOf = ({ method, key }) => {
      if (method !== "DELETE" || failed.size === 10 || failed.has(key)) return null;
      failed.add(key);
      return { status: 503 };
    };
    await store.deleteAll("files/");
    expect(failed.size).toBe(10);
    expect([...world.storage.bucket("b").objects.keys()]).toEqual(["other"]);
  });

  it("carry their digest, and their end for the lifecycle rules too", async () => {
    await put("a", "content");
    const sent = world.storage.calls.find(({ method }) => method === "PUT");
    expect(sent?.headers).toMatchObject({
      "content-md5": createHash("md5").update("content").digest("base64"),
      "x-goog-custom-time": world.inAnHour().expiresAt.toISOString(),
      "x-goog-meta-expires-at": String(world.inAnHour().expiresAt.getTime()),
    });
    await expect(store.put("b", Buffer.from("x"), { expiresAt: new Date(8.64e15) })).resolves.toBe(true);
    expect(world.storage.bucket("b").objects.get("b")?.customTime).toBe("9999-12-31T00:00:00.000Z");
  });
});
