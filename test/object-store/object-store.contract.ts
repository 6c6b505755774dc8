import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type ObjectInfo, type ObjectStore, ObjectTooLargeError } from "#shared/object-store/object-store.ts";

const HOUR_MS = 3_600_000;
const RACERS = 50;
const CHUNK = Buffer.alloc(64 * 1024, "0123456789abcdef");

/** Opens an empty store that reads the time from `now`; the suite closes it. */
export type OpenStore = (now: () => number) => Promise<ObjectStore>;

/** All bytes of an object as text; null when there is none. */
export async function readText(
  store: ObjectStore,
  key: string,
  range?: { readonly start: number; readonly end: number },
): Promise<string | null> {
  const object = await store.get(key, range);
  if (!object) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** The same chunk, many times. */
export async function* repeat(times: number, chunk: Uint8Array = CHUNK): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < times; n += 1) yield chunk;
}

const keysOf = (infos: readonly ObjectInfo[]) => infos.map(({ key }) => key);

/** What every adapter of `ObjectStore` promises. */
export function describeObjectStore(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: ObjectStore;
    let timeMs: number;
    const inAnHour = () => new Date(timeMs + HOUR_MS);
    const put = (key: string, content: string) =>
      store.put(key, Buffer.from(content), { expiresAt: inAnHour() });
    const create = (key: string, content: string) =>
      store.put(key, Buffer.from(content), { expiresAt: inAnHour(), ifAbsent: true });

    beforeEach(async () => {
      timeMs = Date.now();
      store = await open(() => timeMs);
    });
    afterEach(() => store.close());

    describe("an object that is not there", () => {
      it("is null, is in no list, and is deleted without an error", async () => {
        await expect(store.get("no/such")).resolves.toBeNull();
        await expect(store.info("no/such")).resolves.toBeNull();
        await expect(store.list("", { limit: 10 })).resolves.toEqual([]);
        await expect(store.delete("no/such")).resolves.toBeUndefined();
        await expect(store.deleteAll("no/")).resolves.toBeUndefined();
      });
    });

    describe("keys that are out of form", () => {
      it.each([
        ["empty", ""],
        ["climbing", "a/../b"],
        ["climbing at the start", "../b"],
        ["of dots", ".."],
        ["with a dot alone", "a/./b"],
        ["absolute", "/etc/passwd"],
        ["ending in a slash", "a/"],
        ["with two slashes", "a//b"],
        ["with NUL", "a\0b"],
        ["with a backslash", "a\\b"],
        ["with a look-alike", "а/b"],
        ["with a line feed at the end", "a\n"],
        ["with a space", "a b"],
        ["with a mark of the adapter", "a="],
        ["with per cent", "%2e%2e/a"],
        ["of a long segment", "a".repeat(129)],
        ["long", Array.from({ length: 100 }, () => "abcdef").join("/")],
      ])("refuses one %s", async (_, key) => {
        await expect(put(key, "x")).rejects.toThrow(RangeError);
        await expect(store.get(key)).rejects.toThrow(RangeError);
        await expect(store.info(key)).rejects.toThrow(RangeError);
        await expect(store.delete(key)).rejects.toThrow(RangeError);
      });

      it("refuses prefixes that no key begins with", async () => {
        for (const prefix of ["../", "/", "a//", "a/../", "./a", "a\0", "*", "a".repeat(129)]) {
          await expect(store.list(prefix, { limit: 1 })).rejects.toThrow(RangeError);
          await expect(store.deleteAll(prefix)).rejects.toThrow(RangeError);
        }
      });

      it("takes the longest and the oddest that are in form", async () => {
        const segment = "a".repeat(127);
        for (const key of ["...", "-", ".hidden/..b", `${segment}/${segment}/${segment}/${segment}`]) {
          await put(key, key);
          await expect(readText(store, key)).resolves.toBe(key);
        }
      });
    });

    describe("putting", () => {
      it("keeps bytes with their size and expiry", async () => {
        const content = Buffer.from([0, 255, 10, 13, 128]);
        const expiresAt = inAnHour();
        await expect(store.put("a/b.bin", content, { expiresAt })).resolves.toBe(true);
        const info = { key: "a/b.bin", sizeBytes: 5, expiresAt };
        await expect(store.info("a/b.bin")).resolves.toEqual(info);
        const object = await store.get("a/b.bin");
        expect(object).toMatchObject(info);
        const chunks: Uint8Array[] = [];
        for await (const chunk of object?.content ?? []) chunks.push(chunk);
        expect(Buffer.concat(chunks)).toEqual(content);
      });

      it("keeps an empty object, and one whose stream has empty chunks", async () => {
        await put("empty", "");
        await expect(readText(store, "empty")).resolves.toBe("");
        await store.put("gaps", repeat(3, new Uint8Array(0)), { expiresAt: inAnHour() });
        await expect(store.info("gaps")).resolves.toMatchObject({ sizeBytes: 0 });
      });

      it("keeps a key beside a key below it", async () => {
        await put("a", "leaf");
        await put("a/b", "below");
        await expect(readText(store, "a")).resolves.toBe("leaf");
        await store.delete("a");
        await expect(readText(store, "a/b")).resolves.toBe("below");
      });

      it("replaces, with another expiry", async () => {
        await put("a", "long old content");
        const expiresAt = new Date(timeMs + 2 * HOUR_MS);
        await expect(store.put("a", Buffer.from("new"), { expiresAt })).resolves.toBe(true);
        await expect(readText(store, "a")).resolves.toBe("new");
        await expect(store.info("a")).resolves.toEqual({ key: "a", sizeBytes: 3, expiresAt });
        expect(await store.list("", { limit: 10 })).toHaveLength(1);
      });

      it("shows a reader a whole object at all times while it is replaced", async () => {
        const contents = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
        await put("hot", contents[0] ?? "");
        let writing = true;
        const writes = (async () => {
          for (let n = 0; n < 30; n += 1) await put("hot", contents[n % 3] ?? "");
          writing = false;
        })();
        let reads = 0;
        for (; writing; reads += 1) expect(contents).toContain(await readText(store, "hot"));
        await writes;
        expect(reads).toBeGreaterThan(0);
      });

      it("leaves one whole object of many that are put at once", async () => {
        await Promise.all(Array.from({ length: RACERS }, (_, n) => put("race", `content ${n}`)));
        await expect(readText(store, "race")).resolves.toMatch(/^content \d+$/);
        expect(await store.list("", { limit: 10 })).toHaveLength(1);
      });

      it("leaves nothing of a stream that fails, and throws what it threw", async () => {
        const fault = Object.assign(new Error("connection reset"), { code: "ECONNRESET", syscall: "read" });
        async function* failing() {
          yield Buffer.from("half");
          throw fault;
        }
        await expect(store.put("a", failing(), { expiresAt: inAnHour() })).rejects.toBe(fault);
        await expect(store.get("a")).resolves.toBeNull();
        await put("b", "old");
        await expect(store.put("b", failing(), { expiresAt: inAnHour() })).rejects.toBe(fault);
        await expect(readText(store, "b")).resolves.toBe("old");
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
        const limits = { expiresAt: inAnHour(), maxBytes: 100_000 };
        await expect(store.put("a", endless(), limits)).rejects.toThrow(ObjectTooLargeError);
        expect(ended).toBe(true);
        await expect(store.put("a", Buffer.alloc(100_001), limits)).rejects.toMatchObject({
          maxBytes: 100_000,
        });
        await expect(store.info("a")).resolves.toBeNull();
        await expect(store.put("a", Buffer.alloc(100_000), limits)).resolves.toBe(true);
      });

      it("refuses a date that is none", async () => {
        const expiresAt = new Date(Number.NaN);
        await expect(store.put("a", Buffer.from("x"), { expiresAt })).rejects.toThrow(RangeError);
      });
    });

    describe("creating", () => {
      it("keeps what is there, whatever its size", async () => {
        await expect(create("a", "first")).resolves.toBe(true);
        await expect(create("a", "second")).resolves.toBe(false);
        await expect(readText(store, "a")).resolves.toBe("first");
        await put("b", "");
        await expect(create("b", "second")).resolves.toBe(false);
      });

      it("has one winner of 50", async () => {
        const answers = await Promise.all(
          Array.from({ length: RACERS }, async (_, n) => ((await create("race", `${n}`)) ? n : null)),
        );
        const winners = answers.filter((n) => n !== null);
        expect(winners).toHaveLength(1);
        await expect(readText(store, "race")).resolves.toBe(`${winners[0]}`);
      });

      it("has one winner of 50 over an object that has expired, time and again", async () => {
        for (let round = 0; round < 5; round += 1) {
          const answers = await Promise.all(Array.from({ length: RACERS }, () => create("race", `${round}`)));
          expect(answers.filter(Boolean)).toHaveLength(1);
          await expect(readText(store, "race")).resolves.toBe(`${round}`);
          timeMs += HOUR_MS;
        }
      });

      it("has one winner at most between deletes", async () => {
        const answers = await Promise.all(
          Array.from({ length: RACERS }, (_, n) =>
            n % 5 === 4 ? store.delete("race").then(() => false) : create("race", `${n}`),
          ),
        );
        const wins = answers.filter(Boolean).length;
        expect(wins).toBeGreaterThanOrEqual(1);
        expect(wins).toBeLessThanOrEqual(1 + RACERS / 5);
      });

      it("works again after a delete", async () => {
        await create("a", "first");
        await store.delete("a");
        await expect(create("a", "second")).resolves.toBe(true);
        await expect(readText(store, "a")).resolves.toBe("second");
      });
    });

    describe("expiry", () => {
      it("hides an object at the very millisecond, from everybody", async () => {
        await put("a", "x");
        timeMs += HOUR_MS - 1;
        await expect(readText(store, "a")).resolves.toBe("x");
        timeMs += 1;
        await expect(store.list("", { limit: 10 })).resolves.toEqual([]);
        await expect(store.info("a")).resolves.toBeNull();
        await expect(store.get("a")).resolves.toBeNull();
      });

      it("is not undone by an older object that it replaced", async () => {
        await store.put("a", Buffer.from("old"), { expiresAt: new Date(timeMs + 9 * HOUR_MS) });
        await put("a", "new");
        timeMs += HOUR_MS;
        await expect(store.get("a")).resolves.toBeNull();
        await expect(create("a", "newest")).resolves.toBe(true);
      });

      it("takes an object that has expired already", async () => {
        await expect(store.put("a", Buffer.from("x"), { expiresAt: new Date(timeMs) })).resolves.toBe(true);
        await expect(store.get("a")).resolves.toBeNull();
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
        await put("digits", "0123456789");
        await expect(readText(store, "digits", { start, end })).resolves.toBe(expected);
        await expect(store.get("digits", { start, end })).resolves.toMatchObject({ sizeBytes: 10 });
      });

      it("gives ranges across chunks", async () => {
        const text = Array.from({ length: 50_000 }, (_, n) => `${n}`.padStart(6, "0")).join("");
        await put("long", text);
        for (const [start, end] of [
          [65_530, 65_540],
          [1, 200_000],
          [131_072, 299_999],
        ] as const) {
          await expect(readText(store, "long", { start, end })).resolves.toBe(text.slice(start, end + 1));
        }
      });

      it("refuses ranges that are none", async () => {
        await put("digits", "0123456789");
        for (const [start, end] of [
          [-1, 3],
          [3, 2],
          [0.5, 3],
          [0, Number.POSITIVE_INFINITY],
          [Number.NaN, 3],
        ] as const) {
          await expect(store.get("digits", { start, end })).rejects.toThrow(RangeError);
        }
      });

      it("goes on when the object is replaced, deleted or expires meanwhile", async () => {
        const old = "old ".repeat(100_000);
        for (const change of [
          () => put("a", "new"),
          () => store.delete("a"),
          async () => {
            timeMs += HOUR_MS;
            await store.info("a");
          },
        ]) {
          await put("a", old);
          const object = await store.get("a");
          await change();
          const chunks: Uint8Array[] = [];
          for await (const chunk of object?.content ?? []) chunks.push(chunk);
          expect(Buffer.concat(chunks).toString()).toBe(old);
        }
      });

      it("may be left before, at and after the first chunk", async () => {
        await store.put("big", repeat(20), { expiresAt: inAnHour() });
        for (const wanted of [0, 1, 2]) {
          const object = await store.get("big");
          const iterator = object?.content[Symbol.asyncIterator]();
          for (let n = 0; n < wanted; n += 1) await iterator?.next();
          await iterator?.return?.();
          await expect(iterator?.next()).resolves.toMatchObject({ done: true });
        }
      });

      it("brings back a large object as it was put", async () => {
        const chunks = 512;
        await store.put("huge", repeat(chunks), { expiresAt: inAnHour() });
        await expect(store.info("huge")).resolves.toMatchObject({ sizeBytes: chunks * CHUNK.byteLength });
        let seen = 0;
        for await (const chunk of (await store.get("huge"))?.content ?? []) {
          const wanted = Buffer.concat([CHUNK, CHUNK]).subarray(seen % 16, (seen % 16) + chunk.byteLength);
          expect(Buffer.compare(chunk, wanted)).toBe(0);
          seen += chunk.byteLength;
        }
        expect(seen).toBe(chunks * CHUNK.byteLength);
      }, 120_000);
    });

    describe("lists", () => {
      const KEYS = ["a", "a-b", "a.b", "a/b", "a/b/c", "a/bc", "a0", "aa/b", "b/A", "b/a", "b/a_", "c"];

      beforeEach(async () => {
        for (const key of [...KEYS].reverse()) await put(key, key);
      });

      it("come in the order of characters", async () => {
        expect(keysOf(await store.list("", { limit: 100 }))).toEqual(KEYS);
        expect([...KEYS].sort()).toEqual(KEYS);
      });

      it.each(["", "a", "a/", "a/b", "a/b/", "b/", "b/a", "c", "d", "a/b/c/d/", "A", ".", ".."])(
        "hold what begins with %j",
        async (prefix) => {
          const expected = KEYS.filter((key) => key.startsWith(prefix));
          expect(keysOf(await store.list(prefix, { limit: 100 }))).toEqual(expected);
        },
      );

      it.each([1, 2, 5, 100])("come in pages of %i", async (limit) => {
        const seen: string[] = [];
        for (;;) {
          const after = seen.at(-1);
          const page = await store.list("", after === undefined ? { limit } : { limit, after });
          expect(page.length).toBeLessThanOrEqual(limit);
          if (page.length === 0) break;
          seen.push(...keysOf(page));
        }
        expect(seen).toEqual(KEYS);
      });

      it.each(["", "a", "a/", "a/b", "a/b/bb", "a/c", "a~", "b", "zzz"])(
        "begin after %j, whether it is there or not",
        async (after) => {
          const expected = KEYS.filter((key) => key > after);
          expect(keysOf(await store.list("", { limit: 100, after }))).toEqual(expected);
        },
      );

      it("do not count what has expired", async () => {
        timeMs += HOUR_MS / 2;
        for (const key of ["a/b/c", "c"]) await put(key, key);
        timeMs += HOUR_MS / 2;
        expect(keysOf(await store.list("", { limit: 2 }))).toEqual(["a/b/c", "c"]);
      });

      it("of nothing are empty, and limits that are none are refused", async () => {
        await expect(store.list("", { limit: 0 })).resolves.toEqual([]);
        for (const limit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
          await expect(store.list("", { limit })).rejects.toThrow(RangeError);
        }
      });

      it.each(["a", "a/", "a/b", "b/a", "nothing", ""])(
        "lose what deleteAll(%j) names, and no more",
        async (prefix) => {
          await store.deleteAll(prefix);
          expect(keysOf(await store.list("", { limit: 100 }))).toEqual(
            KEYS.filter((key) => !key.startsWith(prefix)),
          );
        },
      );

      it("lose one object by its delete, and no more", async () => {
        await store.delete("a/b");
        await expect(store.get("a/b")).resolves.toBeNull();
        expect(keysOf(await store.list("", { limit: 100 }))).toEqual(KEYS.filter((key) => key !== "a/b"));
      });
    });
  });
}
