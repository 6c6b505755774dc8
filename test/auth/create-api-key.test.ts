import { describe, expect, it } from "@jest/globals";
import { createApiKey, isWholeApiKey } from "#shared/auth/create-api-key.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

describe("an API key's checksum", () => {
  it("accepts every key that is made", () => {
    const keys = Array.from({ length: 1000 }, createApiKey);
    expect(keys.filter((key) => !isWholeApiKey(key))).toEqual([]);
    expect(new Set(keys).size).toBe(1000);
  });

  it("tells every key with one wrong letter", () => {
    const key = createApiKey();
    const typos = [...key].flatMap((right, at) =>
      [...LETTERS]
        .filter((letter) => letter !== right)
        .map((letter) => key.slice(0, at) + letter + key.slice(at + 1)),
    );
    expect(typos.length).toBeGreaterThan(3000);
    expect(typos.filter(isWholeApiKey)).toEqual([]);
  });

  it("tells two neighbours that changed places", () => {
    const key = createApiKey();
    const swapped = Array.from({ length: key.length - 1 }, (_, at) => {
      const [first = "", second = ""] = key.slice(at, at + 2);
      return key.slice(0, at) + second + first + key.slice(at + 2);
    });
    expect(swapped.filter((text) => text !== key && isWholeApiKey(text))).toEqual([]);
  });

  it.each([
    ["nothing", ""],
    ["a key that lost its end", createApiKey().slice(0, -1)],
    ["a key with a letter more", `${createApiKey()}A`],
    ["a key with a line feed", `${createApiKey()}\n`],
    ["a key without its beginning", createApiKey().slice("codex_".length)],
    ["a key of an earlier version", `codex_${"A".repeat(43)}`],
  ])("refuses %s", (_title, text) => {
    expect(isWholeApiKey(text)).toBe(false);
  });
});
