import { beforeEach, describe, expect, it } from "@jest/globals";
import type { ObjectInfo } from "#shared/object-store/object-store.ts";
import type { StoreBench } from "../store-bench.fixture.ts";

const HOUR_MS = 3_600_000;

const keysOf = (infos: readonly ObjectInfo[]) => infos.map(({ key }) => key);

/** Lists, their order and pages, and what deletes take from them. */
export function describeLists(bench: StoreBench): void {
  describe("lists", () => {
    const KEYS = ["a", "a-b", "a.b", "a/b", "a/b/c", "a/bc", "a0", "aa/b", "b/A", "b/a", "b/a_", "c"];

    beforeEach(async () => {
      for (const key of [...KEYS].reverse()) await bench.put(key, key);
    });

    it("come in the order of characters", async () => {
      expect(keysOf(await bench.store.list("", { limit: 100 }))).toEqual(KEYS);
      expect([...KEYS].sort()).toEqual(KEYS);
    });

    it.each(["", "a", "a/", "a/b", "a/b/", "b/", "b/a", "c", "d", "a/b/c/d/", "A", ".", ".."])(
      "hold what begins with %j",
      async (prefix) => {
        const expected = KEYS.filter((key) => key.startsWith(prefix));
        expect(keysOf(await bench.store.list(prefix, { limit: 100 }))).toEqual(expected);
      },
    );

    it.each([1, 2, 5, 100])("come in pages of %i", async (limit) => {
      const seen: string[] = [];
      for (;;) {
        const after = seen.at(-1);
        const page = await bench.store.list("", after === undefined ? { limit } : { limit, after });
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
        expect(keysOf(await bench.store.list("", { limit: 100, after }))).toEqual(expected);
      },
    );

    it("do not count what has expired", async () => {
      bench.timeMs += HOUR_MS / 2;
      for (const key of ["a/b/c", "c"]) await bench.put(key, key);
      bench.timeMs += HOUR_MS / 2;
      expect(keysOf(await bench.store.list("", { limit: 2 }))).toEqual(["a/b/c", "c"]);
    });

    it("of nothing are empty, and limits that are none are refused", async () => {
      await expect(bench.store.list("", { limit: 0 })).resolves.toEqual([]);
      for (const limit of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(bench.store.list("", { limit })).rejects.toThrow(RangeError);
      }
    });

    it.each(["a", "a/", "a/b", "b/a", "nothing", ""])(
      "lose what deleteAll(%j) names, and no more",
      async (prefix) => {
        await bench.store.deleteAll(prefix);
        expect(keysOf(await bench.store.list("", { limit: 100 }))).toEqual(
          KEYS.filter((key) => !key.startsWith(prefix)),
        );
      },
    );

    it("lose one object by its delete, and no more", async () => {
      await bench.store.delete("a/b");
      await expect(bench.store.get("a/b")).resolves.toBeNull();
      expect(keysOf(await bench.store.list("", { limit: 100 }))).toEqual(KEYS.filter((key) => key !== "a/b"));
    });
  });
}
