import { describe, expect, it } from "@jest/globals";
import { ObjectTooLargeError } from "#shared/object-store/object-store.ts";
import { CHUNK, readText, repeat, type StoreBench } from "../store-bench.fixture.ts";

const HOUR_MS = 3_600_000;
const RACERS = 50;

/** Putting and creating, alone and against others. */
export function describeWriting(bench: StoreBench): void {
  describe("putting", () => {
    it("keeps bytes with their size and expiry", async () => {
      const content = Buffer.from([0, 255, 10, 13, 128]);
      const expiresAt = bench.inAnHour();
      await expect(bench.store.put("a/b.bin", content, { expiresAt })).resolves.toBe(true);
      const info = { key: "a/b.bin", sizeBytes: 5, expiresAt };
      await expect(bench.store.info("a/b.bin")).resolves.toEqual(info);
      const object = await bench.store.get("a/b.bin");
      expect(object).toMatchObject(info);
      const chunks: Uint8Array[] = [];
      for await (const chunk of object?.content ?? []) chunks.push(chunk);
      expect(Buffer.concat(chunks)).toEqual(content);
    });

    it("keeps an empty object, and one whose stream has empty chunks", async () => {
      await bench.put("empty", "");
      await expect(readText(bench.store, "empty")).resolves.toBe("");
      await bench.store.put("gaps", repeat(3, new Uint8Array(0)), { expiresAt: bench.inAnHour() });
      await expect(bench.store.info("gaps")).resolves.toMatchObject({ sizeBytes: 0 });
    });

    it("keeps a key beside a key below it", async () => {
      await bench.put("a", "leaf");
      await bench.put("a/b", "below");
      await expect(readText(bench.store, "a")).resolves.toBe("leaf");
      await bench.store.delete("a");
      await expect(readText(bench.store, "a/b")).resolves.toBe("below");
    });

    it("replaces, with another expiry", async () => {
      await bench.put("a", "long old content");
      const expiresAt = new Date(bench.timeMs + 2 * HOUR_MS);
      await expect(bench.store.put("a", Buffer.from("new"), { expiresAt })).resolves.toBe(true);
      await expect(readText(bench.store, "a")).resolves.toBe("new");
      await expect(bench.store.info("a")).resolves.toEqual({ key: "a", sizeBytes: 3, expiresAt });
      expect(await bench.store.list("", { limit: 10 })).toHaveLength(1);
    });

    it("shows a reader a whole object at all times while it is replaced", async () => {
      const contents = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
      await bench.put("hot", contents[0] ?? "");
      let writing = true;
      const writes = (async () => {
        for (let n = 0; n < 30; n += 1) await bench.put("hot", contents[n % 3] ?? "");
        writing = false;
      })();
      let reads = 0;
      for (; writing; reads += 1) expect(contents).toContain(await readText(bench.store, "hot"));
      await writes;
      expect(reads).toBeGreaterThan(0);
    });

    it("leaves one whole object of many that are put at once", async () => {
      await Promise.all(Array.from({ length: RACERS }, (_, n) => bench.put("race", `content ${n}`)));
      await expect(readText(bench.store, "race")).resolves.toMatch(/^content \d+$/);
      expect(await bench.store.list("", { limit: 10 })).toHaveLength(1);
    });

    it("leaves nothing of a stream that fails, and throws what it threw", async () => {
      const fault = Object.assign(new Error("connection reset"), { code: "ECONNRESET", syscall: "read" });
      async function* failing() {
        yield Buffer.from("half");
        throw fault;
      }
      await expect(bench.store.put("a", failing(), { expiresAt: bench.inAnHour() })).rejects.toBe(fault);
      await expect(bench.store.get("a")).resolves.toBeNull();
      await bench.put("b", "old");
      await expect(bench.store.put("b", failing(), { expiresAt: bench.inAnHour() })).rejects.toBe(fault);
      await expect(readText(bench.store, "b")).resolves.toBe("old");
    });

    it("refuses more than maxBytes, ends the stream, and leaves nothing", async () => {
      let ended = false;
      async function* endless() {
        try {
          for (;;) yield CHUNK;
        } finally {
          ended = true;
        }
      }
      const limits = { expiresAt: bench.inAnHour(), maxBytes: 100_000 };
      await expect(bench.store.put("a", endless(), limits)).rejects.toThrow(ObjectTooLargeError);
      expect(ended).toBe(true);
      await expect(bench.store.put("a", Buffer.alloc(100_001), limits)).rejects.toMatchObject({
        maxBytes: 100_000,
      });
      await expect(bench.store.info("a")).resolves.toBeNull();
      await expect(bench.store.put("a", Buffer.alloc(100_000), limits)).resolves.toBe(true);
    });

    it("refuses a date that is none", async () => {
      const expiresAt = new Date(Number.NaN);
      await expect(bench.store.put("a", Buffer.from("x"), { expiresAt })).rejects.toThrow(RangeError);
    });
  });

  describe("creating", () => {
    it("keeps what is there, whatever its size", async () => {
      await expect(bench.create("a", "first")).resolves.toBe(true);
      await expect(bench.create("a", "second")).resolves.toBe(false);
      await expect(readText(bench.store, "a")).resolves.toBe("first");
      await bench.put("b", "");
      await expect(bench.create("b", "second")).resolves.toBe(false);
    });

    it("has one winner of 50", async () => {
      const answers = await Promise.all(
        Array.from({ length: RACERS }, async (_, n) => ((await bench.create("race", `${n}`)) ? n : null)),
      );
      const winners = answers.filter((n) => n !== null);
      expect(winners).toHaveLength(1);
      await expect(readText(bench.store, "race")).resolves.toBe(`${winners[0]}`);
    });

    it("has one winner of 50 over an object that has expired, time and again", async () => {
      for (let round = 0; round < 5; round += 1) {
        const answers = await Promise.all(
          Array.from({ length: RACERS }, () => bench.create("race", `${round}`)),
        );
        expect(answers.filter(Boolean)).toHaveLength(1);
        await expect(readText(bench.store, "race")).resolves.toBe(`${round}`);
        bench.timeMs += HOUR_MS;
      }
    });

    it("has one winner at most between deletes", async () => {
      const answers = await Promise.all(
        Array.from({ length: RACERS }, (_, n) =>
          n % 5 === 4 ? bench.store.delete("race").then(() => false) : bench.create("race", `${n}`),
        ),
      );
      const wins = answers.filter(Boolean).length;
      expect(wins).toBeGreaterThanOrEqual(1);
      expect(wins).toBeLessThanOrEqual(1 + RACERS / 5);
    });

    it("works again after a delete", async () => {
      await bench.create("a", "first");
      await bench.store.delete("a");
      await expect(bench.create("a", "second")).resolves.toBe(true);
      await expect(readText(bench.store, "a")).resolves.toBe("second");
    });
  });
}
