import { type Duplex, duplexPair } from "node:stream";
import { afterEach, describe, expect, it } from "@jest/globals";
import { encodeFrame, encodeJsonFrame, FRAME } from "#sandbox/supervisor/frames.ts";
import { runProgram } from "#sandbox/supervisor/run-program.ts";
import { createSandbox } from "#sandbox/supervisor/sandbox.ts";
import { DEFAULT_SANDBOX_LIMITS } from "#sandbox/supervisor/sandbox-limits.ts";
import { toProgram } from "./sandbox.fixture.ts";

const MIB = 1024 * 1024;
const COLLECT = { files: 3, fileBytes: MIB, totalBytes: 2 * MIB };

const jails: Duplex[] = [];
afterEach(() => {
  for (const jail of jails.splice(0)) jail.destroy();
});

const EXIT = {
  why: "ended",
  code: 0,
  signal: null,
  wall_ms: 1,
  stdout_dropped: 0,
  stderr_dropped: 0,
  engine: "cpython",
  collects: true,
};

const file = (name: unknown, size: unknown) => encodeJsonFrame(FRAME.file, { name, size });
const data = (size: number) => encodeFrame(FRAME.data, Buffer.alloc(size));
const whole = (name: string, size = 1) => Buffer.concat([file(name, size), data(size)]);
const collected = (fields: object = {}) =>
  encodeJsonFrame(FRAME.collected, { skipped: [], left_out: 0, unchanged: [], ...fields });

/** A sandbox whose process 1 says what it is told to say: a program may have taken it over. */
function startLiar(speak: (jail: Duplex) => void) {
  const [host, jail] = duplexPair();
  jails.push(jail);
  let killed = false;
  const sandbox = createSandbox({
    channel: host,
    exited: new Promise((resolve) => host.once("close", () => resolve("gone"))),
    kill: () => {
      killed = true;
      jail.destroy();
      host.destroy();
    },
  });
  host.once("end", () => host.end());
  jail.resume();
  jail.on("error", () => undefined);
  speak(jail);
  return { sandbox, wasKilled: () => killed };
}

async function listenTo(frames: readonly Buffer[] | ((jail: Duplex) => void)) {
  const speak =
    typeof frames === "function" ? frames : (jail: Duplex) => void jail.write(Buffer.concat(frames));
  const { sandbox, wasKilled } = startLiar((jail) => {
    jail.write(Buffer.concat([encodeFrame(FRAME.started), encodeJsonFrame(FRAME.exit, EXIT)]));
    speak(jail);
  });
  const received: [string, number][] = [];
  const report = await runProgram(sandbox, toProgram({ language: "python", code: "", collect: COLLECT }), {
    limits: DEFAULT_SANDBOX_LIMITS,
    signal: AbortSignal.timeout(30_000),
    async receive({ name }, content) {
      let size = 0;
      for await (const piece of content) size += piece.byteLength;
      received.push([name, size]);
    },
  });
  return { report, received, wasKilled };
}

const MISSING = [{ name: "the remaining files", reason: "could not be read" }];

describe("a jail that a program has taken over", () => {
  it("is believed as long as it behaves", async () => {
    const { report, received } = await listenTo([
      whole("a/b", 5),
      file("empty", 0),
      whole(".results/x"),
      collected(),
    ]);
    expect(received).toEqual([
      ["a/b", 5],
      ["empty", 0],
      [".results/x", 1],
    ]);
    expect(report.files).toEqual({ skipped: [], unchanged: [], cut: null });
  });

  it.each([
    ["a way out", [whole("../x")]],
    ["a way out in the middle", [whole("a/../../x")]],
    ["an absolute path", [whole("/etc/passwd")]],
    ["an empty name", [whole("")]],
    ["a folder's name", [whole("a/")]],
    ["a name with a line break", [whole("a\nb")]],
    ["a name that is too long", [whole("x".repeat(256))]],
    ["a name that is no text", [file(7, 1), data(1)]],
    ["the same name twice", [whole("b"), whole("b")]],
    ["a negative size", [file("x", -1)]],
    ["a size that is no number", [file("x", "1")]],
    ["a size of half a byte", [file("x", 0.5)]],
    ["more bytes than announced", [file("x", 3), data(4)]],
    ["a frame without bytes", [file("x", 3), data(0)]],
    ["a file within a file", [file("x", 3), data(1), file("y", 1)]],
    ["a file that is too large", [file("x", MIB + 1), data(1024)]],
    ["too many files", ["a", "b", "c", "d"].map((name) => whole(name))],
    ["too much together", ["a", "b", "c"].map((name) => whole(name, MIB))],
    ["too many results", Array.from({ length: 22 }, (_, at) => whole(`.results/${at}`))],
    ["too large results", [file(".results/x", 17 * MIB)]],
    ["no JSON", [encodeFrame(FRAME.file, Buffer.from("{"))]],
    ["an end that is none", [encodeFrame(FRAME.collected, Buffer.from("[]"))]],
    ["frames of another time", [encodeFrame(FRAME.started), collected()]],
    ["unknown frames", [encodeFrame("?"), collected()]],
    ["a frame that is too large", [Buffer.from([...Buffer.from(FRAME.data), 255, 255, 255, 255])]],
  ])("is ended when it sends %s", async (_what, frames) => {
    const { report, wasKilled, received } = await listenTo([...frames, collected()]);
    expect(report).toMatchObject({ why: "ended", code: 0, files: { skipped: MISSING, unchanged: [] } });
    expect(report.files.cut).toEqual(expect.any(String));
    expect(wasKilled()).toBe(true);
    expect(received.every(([name]) => /^[abc]$|^\.results\/\d+$/.test(name))).toBe(true);
  });

  it("is not waited for when it ends in the middle of a file: what had come is not taken for the file", async () => {
    const { report, received } = await listenTo((jail) => {
      jail.write(Buffer.concat([whole("a"), file("x", 100), data(50)]));
      setImmediate(() => jail.end());
    });
    expect(received).toEqual([["a", 1]]);
    expect(report.files.skipped).toEqual(MISSING);
  });

  it("is ended when it says nothing for ten seconds", async () => {
    const { report, wasKilled } = await listenTo([file("x", 100)]);
    expect(report).toMatchObject({ why: "ended", files: { skipped: MISSING } });
    expect(wasKilled()).toBe(true);
  });

  it("cannot fill the answer with what it skipped", async () => {
    const skipped = Array.from({ length: 5000 }, (_, at) => [`\u001b${at}${"x".repeat(90)}`, "link"]);
    const { report } = await listenTo([
      collected({
        skipped: [["a", "<script>"], ["b", 7], "c", null, ...skipped],
        left_out: 1e300,
        unchanged: [0, -1, "x"],
      }),
    ]);
    expect(report.files.skipped.length).toBeLessThanOrEqual(50);
    expect(report.files.skipped[0]).toEqual({
      name: `\ufffd0${"x".repeat(90)}`,
      reason: "is a symbolic link",
    });
    expect(report.files.skipped.at(-1)).toEqual({ name: "4,959 more files", reason: "are left out" });
    expect(report.files.unchanged).toEqual([]);
  });

  it.each([
    ["output without end", encodeFrame(FRAME.stdout, Buffer.alloc(64 * 1024))],
    ["empty output without end", Buffer.concat(Array(4096).fill(encodeFrame(FRAME.stderr)))],
    ["unknown frames", encodeFrame("?")],
    ["that its program is another's", encodeFrame(FRAME.declined)],
    ["a report that is none", encodeFrame(FRAME.exit, Buffer.from("null"))],
  ])("is ended when it sends %s", async (_what, frame) => {
    const { sandbox, wasKilled } = startLiar((jail) => {
      jail.write(encodeFrame(FRAME.started));
      const flood = () => {
        while (!jail.destroyed && jail.write(frame));
      };
      jail.on("drain", flood);
      flood();
    });
    const report = await runProgram(sandbox, toProgram({ language: "python", code: "" }), {
      limits: DEFAULT_SANDBOX_LIMITS,
      signal: AbortSignal.timeout(30_000),
      receive: async () => undefined,
    });
    expect(report.why).toBe("lost");
    expect(report.stdout.length).toBeLessThan(3 * MIB);
    expect(wasKilled()).toBe(true);
  });
});
