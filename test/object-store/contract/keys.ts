import { describe, expect, it } from "@jest/globals";
import { readText, type StoreBench } from "../store-bench.fixture.ts";

/** What keys and prefixes may be. */
export function describeKeys(bench: StoreBench): void {
  describe("an object that is not there", () => {
    it("is null, is in no list, and is deleted without an error", async () => {
      await expect(bench.store.get("no/such")).resolves.toBeNull();
      await expect(bench.store.info("no/such")).resolves.toBeNull();
      await expect(bench.store.list("", { limit: 10 })).resolves.toEqual([]);
      await expect(bench.store.delete("no/such")).resolves.toBeUndefined();
      await expect(bench.store.deleteAll("no/")).resolves.toBeUndefined();
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
      await expect(bench.put(key, "x")).rejects.toThrow(RangeError);
      await expect(bench.store.get(key)).rejects.toThrow(RangeError);
      await expect(bench.store.info(key)).rejects.toThrow(RangeError);
      await expect(bench.store.delete(key)).rejects.toThrow(RangeError);
    });

    it("refuses prefixes that no key begins with", async () => {
      for (const prefix of ["../", "/", "a//", "a/../", "./a", "a\0", "*", "a".repeat(129)]) {
        await expect(bench.store.list(prefix, { limit: 1 })).rejects.toThrow(RangeError);
        await expect(bench.store.deleteAll(prefix)).rejects.toThrow(RangeError);
      }
    });

    it("takes the longest and the oddest that are in form", async () => {
      const segment = "a".repeat(127);
      for (const key of ["...", "-", ".hidden/..b", `${segment}/${segment}/${segment}/${segment}`]) {
        await bench.put(key, key);
        await expect(readText(bench.store, key)).resolves.toBe(key);
      }
    });
  });
}
