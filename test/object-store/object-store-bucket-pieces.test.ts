import { beforeEach, describe, expect, it } from "@jest/globals";
import { type ObjectStore, ObjectTooLargeError } from "#shared/object-store/object-store.ts";
import { isLong, LONG, plant, useBucket } from "./bucket.fixture.ts";

const HOUR_MS = 3_600_000;

describe("uploads in pieces to a bucket", () => {
  const world = useBucket();
  let store: ObjectStore;
  beforeEach(() => {
    store = world.open();
  });
  const put = (more: { ifAbsent?: boolean; maxBytes?: number } = {}) =>
    store.put("long", LONG, { ...world.inAnHour(), ...more });

  it.each([
    ["503", { status: 503 }],
    ["a lost answer", { reset: "after" as const }],
    ["a broken connection", { reset: "before" as const }],
  ])("go on after %s, at every piece", async (_, fault) => {
    const failed = new Set<string>();
    world.storage.faultOf = ({ api, method, headers }) => {
      const piece = `${method} ${headers["content-range"]}`;
      if (api !== "upload" || failed.has(piece)) return null;
      failed.add(piece);
      return fault;
    };
    await expect(put({ ifAbsent: true })).resolves.toBe(true);
    expect(failed.size).toBe(4);
    await expect(isLong(store, "long")).resolves.toBe(true);
    await expect(store.info("long")).resolves.toMatchObject({ expiresAt: world.inAnHour().expiresAt });
    expect(world.storage.bucket("b").objects.get("long")?.customTime).not.toBe("");
  });

  it("create only where nothing is, or what has expired", async () => {
    await expect(put({ ifAbsent: true })).resolves.toBe(true);
    await expect(put({ ifAbsent: true })).resolves.toBe(false);
    world.timeMs += HOUR_MS;
    await expect(put({ ifAbsent: true })).resolves.toBe(true);
    await expect(put()).resolves.toBe(true);
  });

  it("leave what somebody created while they were sent", async () => {
    world.before("upload PUT", () => plant(world, "long", "somebody else's"));
    await expect(put({ ifAbsent: true })).resolves.toBe(false);
    expect(world.lying("long")).toBe("somebody else's");
  });

  it("leave nothing of a content that fails or is too long, not even an open upload", async () => {
    async function* failing() {
      yield LONG;
      throw new Error("the program's file went away");
    }
    const failed = store.put("long", failing(), world.inAnHour());
    await expect(failed).rejects.toThrow("the program's file went away");
    await expect(put({ maxBytes: 5 * 1024 * 1024 })).rejects.toThrow(ObjectTooLargeError);
    expect(world.storage.uploads.open).toBe(0);
    expect(world.storage.bucket("b").objects.size).toBe(0);
  });

  it("are storage_unavailable when the upload is lost, and the old object stays", async () => {
    plant(world, "long", "old");
    world.fail("upload PUT", {}, { status: 410 });
    await expect(put()).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(world.lying("long")).toBe("old");
    expect(world.storage.uploads.open).toBe(0);
  });

  it("send their token to nobody else", async () => {
    // Whoever listens there, it is not the storage.
    const location = `http://${world.metadata.host}/upload`;
    const begin = world.storage.uploads.answer.bind(world.storage.uploads);
    world.storage.uploads.answer = (call, body, bucket, place) =>
      call.method === "POST" ? { status: 200, headers: { location } } : begin(call, body, bucket, place);
    await expect(put()).rejects.toMatchObject({ code: "storage_unavailable" });
    expect(world.metadata.calls.filter((path) => path.startsWith("/upload"))).toEqual([]);
  });

  it("take chunks whose memory is used again", async () => {
    const chunk = Buffer.alloc(1024 * 1024);
    async function* reused() {
      for (let n = 0; n < 6; n += 1) yield chunk.fill(`${n}`);
    }
    await store.put("reused", reused(), world.inAnHour());
    const expected = Array.from({ length: 6 }, (_, n) => `${n}`.repeat(chunk.length)).join("");
    expect(world.lying("reused") === expected).toBe(true);
  });
});
