import { describe, expect, it } from "@jest/globals";
import { createSigner } from "#shared/signing/create-signer.ts";

const KEY = "k".repeat(32);
const OTHER_KEY = "o".repeat(32);
const NOW = Date.parse("2026-01-15T09:30:00Z");
const now = () => NOW;
const LATER = new Date(NOW + 3_600_000);

const signer = createSigner({ keys: [KEY], purpose: "file", now });
const token = signer.sign({ k: "a/b", t: "text/csv" }, LATER);

describe("a token", () => {
  it("says what was signed, and until when", () => {
    expect(signer.verify(token)).toEqual({ payload: { k: "a/b", t: "text/csv" }, expiresAt: LATER });
  });

  it("is one segment of a path, as it is", () => {
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(encodeURIComponent(token)).toBe(token);
  });

  it("is worth nothing with any one bit of it changed", () => {
    const bytes = Buffer.from(token, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect([bit, signer.verify(altered.toString("base64url"))]).toEqual([bit, null]);
    }
  });

  it("has one spelling", () => {
    // The last character of 32 bytes and more may hold bits that belong to no byte.
    const last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spellings = [...last].map((character) => token.slice(0, -1) + character);
    expect(spellings.filter((spelling) => signer.verify(spelling) !== null)).toEqual([token]);
    for (const other of [`${token}=`, ` ${token}`, `${token}\n`, `${token}A`, token.slice(0, -1)]) {
      expect(signer.verify(other)).toBeNull();
    }
  });

  it.each(["", "A", "AQ", "A".repeat(51), "A".repeat(52), "A".repeat(100_000), "ü", "\0", "__proto__"])(
    "is not %j",
    (text) => {
      expect(signer.verify(text)).toBeNull();
    },
  );

  it("ends to the second", () => {
    const at = (time: number) => createSigner({ keys: [KEY], purpose: "file", now: () => time });
    expect(at(LATER.getTime() - 1).verify(token)).not.toBeNull();
    expect(at(LATER.getTime()).verify(token)).toBeNull();
  });

  it("that would have ended within a second is rounded up, not down", () => {
    const soon = signer.sign({}, new Date(NOW + 1));
    expect(signer.verify(soon)?.expiresAt).toEqual(new Date(NOW + 1000));
  });

  it("of another purpose is foreign", () => {
    const pages = createSigner({ keys: [KEY], purpose: "page", now });
    expect(pages.verify(token)).toBeNull();
  });
});

describe("keys", () => {
  it("sign with the first, and verify with each", () => {
    const rotated = createSigner({ keys: [OTHER_KEY, KEY], purpose: "file", now });
    expect(rotated.verify(token)).not.toBeNull();
    const renewed = rotated.sign({}, LATER);
    expect(signer.verify(renewed)).toBeNull();
    expect(createSigner({ keys: [OTHER_KEY], purpose: "file", now }).verify(renewed)).not.toBeNull();
  });

  it("are text or bytes", () => {
    expect(createSigner({ keys: [Buffer.from(KEY)], purpose: "file", now }).verify(token)).not.toBeNull();
  });

  it.each(["", "k".repeat(31), new Uint8Array(31)])("are never short", (key) => {
    expect(() => createSigner({ keys: [key], purpose: "file" })).toThrow(RangeError);
    expect(() => createSigner({ keys: [KEY, key], purpose: "file" })).toThrow(RangeError);
  });
});

it("a payload is at most 1024 bytes, and one of that size comes back", () => {
  const largest = { k: "x".repeat(1024 - '{"k":""}'.length) };
  expect(signer.verify(signer.sign(largest, LATER))?.payload).toEqual(largest);
  expect(() => signer.sign({ k: `${largest.k}x` }, LATER)).toThrow(RangeError);
});
