import { describe, expect, it } from "@jest/globals";
import { base64Bytes, decodeBase64 } from "#functions/execute/input-files/decode-base64.ts";

describe("text that is not base64", () => {
  it.each([
    ["a character of no alphabet", "aGVs!G8="],
    ["a space within", "aGVs bG8="],
    ["a line break within", "aGVs\nbG8="],
    ["a line break at the end", "aGVsbG8=\n"],
    ["both alphabets", "-/-/"],
    ["a data URL", "data:text/plain;base64,aGVsbG8="],
    ["one character", "A"],
    ["five characters", "AAAAA"],
    ["too little padding", "aA="],
    ["too much padding", "aGVs=="],
    ["padding where none belongs", "aGVs="],
    ["three signs of padding", "A==="],
    ["padding alone", "=="],
    ["padding within", "aA==aA=="],
    ["left-over bits before two signs", "aB=="],
    ["left-over bits before one sign", "aGVsbG9="],
    ["left-over bits without padding", "aB"],
    ["left-over bits, url-safe", "a_"],
    ["letters outside of ASCII", "äöü="],
    ["NUL", "AAA\u0000"],
  ])("%s is refused", (_what, text) => {
    expect(decodeBase64(text)).toBeNull();
  });
});

describe("base64", () => {
  it.each([
    ["nothing", "", []],
    ["one byte", "aA==", [0x68]],
    ["one byte without padding", "aA", [0x68]],
    ["two bytes", "aGk=", [0x68, 0x69]],
    ["two bytes without padding", "aGk", [0x68, 0x69]],
    ["three bytes", "aGV5", [0x68, 0x65, 0x79]],
    ["the standard alphabet", "+/+/", [0xfb, 0xff, 0xbf]],
    ["the url-safe alphabet", "-_-_", [0xfb, 0xff, 0xbf]],
  ])("%s is decoded, and its length known before", (_what, text, bytes) => {
    expect([...(decodeBase64(text) ?? [])]).toEqual(bytes);
    expect(base64Bytes(text)).toBe(bytes.length);
  });

  it("of every length comes back as it was", () => {
    for (let length = 0; length < 64; length += 1) {
      const bytes = Buffer.from(Array.from({ length }, (_, index) => (index * 89 + length * 31) % 256));
      expect(decodeBase64(bytes.toString("base64"))).toEqual(bytes);
      expect(decodeBase64(bytes.toString("base64url"))).toEqual(bytes);
    }
  });

  it("of 20 MiB is decoded whole", () => {
    const bytes = Buffer.alloc(20 * 1024 * 1024, "0123456789abcdef-");
    expect(decodeBase64(bytes.toString("base64"))?.equals(bytes)).toBe(true);
  });
});
