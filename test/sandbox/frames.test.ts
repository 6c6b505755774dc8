import { describe, expect, it } from "@jest/globals";
import { createFrameReader, encodeFrame } from "#sandbox/supervisor/frames.ts";

describe("frames of the channel", () => {
  const bytes = Buffer.concat([
    encodeFrame("O", Buffer.from("hello")),
    encodeFrame("Y"),
    encodeFrame("X", Buffer.from("{}")),
  ]);
  const expected = [
    ["O", "hello"],
    ["Y", ""],
    ["X", "{}"],
  ];

  it.each([1, 2, 5, 7, 1000])("come out whole when the bytes arrive %d at a time", (size) => {
    const read = createFrameReader();
    const frames = [];
    for (let offset = 0; offset < bytes.length; offset += size) {
      frames.push(...read(bytes.subarray(offset, offset + size)));
    }
    expect(frames.map(({ type, payload }) => [type, payload.toString()])).toEqual(expected);
  });

  it("that claim to be enormous are refused before they are collected", () => {
    expect(() => createFrameReader()(Buffer.from([0x4f, 0xff, 0xff, 0xff, 0xff]))).toThrow(RangeError);
  });
});
