import { describe, expect, it } from "@jest/globals";
import { CHUNK, readText, repeat, type StoreBench } from "../store-bench.fixture.ts";

const HOUR_MS = 3_600_000;

/** Expiry, ranges and streams. */
export function describeReading(bench: StoreBench): void {
  describe("expiry", () => {
    it("hides an object at the very millisecond, from everybody", async () => {
      await bench.put("a", "x");
      bench.timeMs += HOUR_MS - 1;
      await expect(readText(bench.store, "a")).resolves.toBe("x");
      bench.timeMs += 1;
      await expect(bench.store.list("", { limit: 10 })).resolves.toEqual([]);
      await expect(bench.store.info("a")).resolves.toBeNull();
      await expect(bench.store.get("a")).resolves.toBeNull();
    });

    it("is not undone by an older object that it replaced", async () => {
      await bench.store.put("a", Buffer.from("old"), { expiresAt: new Date(bench.timeMs + 9 * HOUR_MS) });
      await bench.put("a", "new");
      bench.timeMs += HOUR_MS;
      await expect(bench.store.get("a")).resolves.toBeNull();
      await expect(bench.create("a", "newest")).resolves.toBe(true);
    });

    it("takes an object that has expired already", async () => {
      await expect(
        bench.store.put("a", Buffer.from("x"), { expiresAt: new Date(bench.timeMs) }),
      ).resolves.toBe(true);
      await expect(bench.store.get("a")).resolves.toBeNull();
    });
  });

  describe("reading", () => {
    it.each([
      ["the first byte", 0, 0, "0"],
      ["the middle", 2, 4, "234"],
      ["the last byte", 9, 9, "9"],
      ["everything", 0, 9, "0123456789"],
      ["up to past the end", 7, 1_000_000, "789"],
      ["nothing, from the end on", 10, 20, ""],
      ["nothing, far past the end", Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER, ""],
    ])("gives a range: %s", async (_, start, end, expected) => {
      await bench.put("digits", "0123456789");
      await expect(readText(bench.store, "digits", { start, end })).resolves.toBe(expected);
      await expect(bench.store.get("digits", { start, end })).resolves.toMatchObject({ sizeBytes: 10 });
    });

    it("gives ranges across chunks", async () => {
      const text = Array.from({ length: 50_000 }, (_, n) => `${n}`.padStart(6, "0")).join("");
      await bench.put("long", text);
      for (const [start, end] of [
        [65_530, 65_540],
        [1, 200_000],
        [131_072, 299_999],
      ] as const) {
        await expect(readText(bench.store, "long", { start, end })).resolves.toBe(text.slice(start, end + 1));
      }
    });

    it("refuses ranges that are none", async () => {
      await bench.put("digits", "0123456789");
      for (const [start, end] of [
        [-1, 3],
        [3, 2],
        [0.5, 3],
        [0, Number.POSITIVE_INFINITY],
        [Number.NaN, 3],
      ] as const) {
        await expect(bench.store.get("digits", { start, end })).rejects.toThrow(RangeError);
      }
    });

    it("goes on when the object is replaced, deleted or expires meanwhile", async () => {
      const old = "old ".repeat(100_000);
      for (const change of [
        () => bench.put("a", "new"),
        () => bench.store.delete("a"),
        async () => {
          bench.timeMs += HOUR_MS;
          await bench.store.info("a");
        },
      ]) {
        await bench.put("a", old);
        const object = await bench.store.get("a");
        await change();
        const chunks: Uint8Array[] = [];
        for await (const chunk of object?.content ?? []) chunks.push(chunk);
        expect(Buffer.concat(chunks).toString()).toBe(old);
      }
    });

    it("may be left before, at and after the first chunk", async () => {
      await bench.store.put("big", repeat(20), { expiresAt: bench.inAnHour() });
      for (const wanted of [0, 1, 2]) {
        const object = await bench.store.get("big");
        const iterator = object?.content[Symbol.asyncIterator]();
        for (let n = 0; n < wanted; n += 1) await iterator?.next();
        await iterator?.return?.();
        await expect(iterator?.next()).resolves.toMatchObject({ done: true });
      }
    });

    it("brings back a large object as it was put", async () => {
      const chunks = 512;
      await bench.store.put("huge", repeat(chunks), { expiresAt: bench.inAnHour() });
      await expect(bench.store.info("huge")).resolves.toMatchObject({ sizeBytes: chunks * CHUNK.byteLength });
      let seen = 0;
      for await (const chunk of (await bench.store.get("huge"))?.content ?? []) {
        const wanted = Buffer.concat([CHUNK, CHUNK]).subarray(seen % 16, (seen % 16) + chunk.byteLength);
        expect(Buffer.compare(chunk, wanted)).toBe(0);
        seen += chunk.byteLength;
      }
      expect(seen).toBe(chunks * CHUNK.byteLength);
    }, 120_000);
  });
}
