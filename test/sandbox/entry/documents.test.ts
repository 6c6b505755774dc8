import { describe, expect, it } from "@jest/globals";
import { encodeProgramDocument, readProgramDocument } from "#sandbox/entry/program-document.ts";
import {
  type DocumentedOutcome,
  encodeResultDocument,
  readResultDocument,
} from "#sandbox/entry/result-document.ts";
import { COLLECT, inPieces, PROGRAM, RESULT, RUN_ID, readAll, toFile } from "./documents.fixture.ts";

const RAN: DocumentedOutcome = { kind: "ran", result: RESULT };

/** Reads a result, and keeps its files. */
async function readResult(bytes: Buffer, { collect = COLLECT, runId = RUN_ID, pieceBytes = 5 } = {}) {
  const files: Record<string, string> = {};
  const read = await readResultDocument(inPieces(bytes, pieceBytes), {
    runId,
    collect,
    receive: async ({ name }, content) => {
      files[name] = (await readAll(content)).toString();
    },
  });
  return { ...read, files };
}

describe("a program's document", () => {
  it.each([1, 3, 1000])("comes through as it was, in pieces of %s bytes", async (pieceBytes) => {
    const program = {
      ...PROGRAM,
      code: "print('ü\\n')\n\0",
      stdin: '\u2028 {"a": 1}\n',
      files: [toFile("a", "first"), toFile("none", ""), toFile("b/ü", "second\n\n")],
    };
    const bytes = await readAll(encodeProgramDocument({ runId: RUN_ID, program }));
    const read = await readProgramDocument(inPieces(bytes, pieceBytes));
    const { files, ...rest } = read.program;
    expect({ ...rest, files: [] }).toEqual({ ...program, files: [] });
    expect(read.runId).toBe(RUN_ID);
    const contents: string[] = [];
    for (const { name, content } of files) contents.push(`${name}: ${await readAll(content)}`);
    expect(contents).toEqual(["a: first", "none: ", "b/ü: second\n\n"]);
  });

  it("says where its run is handed over, at addresses that nobody reads on their way", async () => {
    const handOver = {
      claimUrl: "https://a.test/1",
      claimedUrl: "https://a.test/2",
      outUrl: "https://a.test/3",
    };
    const encoded = encodeProgramDocument({ runId: RUN_ID, program: PROGRAM, handOver });
    expect((await readProgramDocument(encoded)).handOver).toEqual(handOver);
    for (const outUrl of ["http://a.test/3", "file:///etc/passwd", "", "127.0.0.1"]) {
      const wrong = encodeProgramDocument({
        runId: RUN_ID,
        program: PROGRAM,
        handOver: { ...handOver, outUrl },
      });
      await expect(readProgramDocument(wrong)).rejects.toMatchObject({ problem: "malformed" });
    }
  });

  it("gives the second file to who never asked for the first", async () => {
    const program = { ...PROGRAM, files: [toFile("a", "first"), toFile("b", "second")] };
    const { program: read } = await readProgramDocument(encodeProgramDocument({ runId: RUN_ID, program }));
    expect(String(await readAll(read.files[1]?.content ?? inPieces(Buffer.of(), 1)))).toBe("second");
  });

  it.each([
    ["less", 6],
    ["more", 4],
  ])("is not written to its end when a file has %s than announced", async (_what, sizeBytes) => {
    const program = { ...PROGRAM, files: [{ ...toFile("a", "12345"), sizeBytes }] };
    await expect(readAll(encodeProgramDocument({ runId: RUN_ID, program }))).rejects.toMatchObject({
      problem: "wrong_size",
    });
  });

  it("tells the reader of a file that the document ends in it", async () => {
    const program = { ...PROGRAM, files: [toFile("a", "12345")] };
    const bytes = await readAll(encodeProgramDocument({ runId: RUN_ID, program }));
    const { program: read } = await readProgramDocument(inPieces(bytes.subarray(0, -1), 100));
    await expect(readAll(read.files[0]?.content ?? inPieces(bytes, 1))).rejects.toMatchObject({
      problem: "truncated",
    });
  });

  it.each([
    ["nothing", "", "truncated"],
    ["half a line", '{"version":1', "truncated"],
    ["no JSON", "hello\n", "malformed"],
    ["a list", "[]\n", "malformed"],
    ["a result", '{"version":1,"document":"result"}\n', "malformed"],
    ["another version", '{"version":2,"document":"program"}\n', "wrong_version"],
    ["no fields", '{"version":1,"document":"program","files":[]}\n', "malformed"],
    ["a file of -1 bytes", '{"version":1,"document":"program","files":[["a",-1]]}\n', "malformed"],
  ])("is not %s", async (_what, text, problem) => {
    await expect(readProgramDocument(inPieces(Buffer.from(text), 4))).rejects.toMatchObject({ problem });
  });
});

describe("a result's document", () => {
  it.each([1, 3, 1000])("comes through as it was, in pieces of %s bytes", async (pieceBytes) => {
    const result = {
      ...RESULT,
      status: "killed" as const,
      exitCode: null,
      signal: "SIGSEGV",
      stdout: "ü\n\0",
      limit: "files" as const,
      skippedFiles: [{ name: "link", reason: "is a symbolic link" }],
      unchangedFiles: ["in.csv"],
    };
    const files = [toFile("a", "first"), toFile(".results/results.json", "{}")];
    const bytes = await readAll(encodeResultDocument(RUN_ID, { kind: "ran", result }, files));
    expect(await readResult(bytes, { pieceBytes })).toEqual({
      outcome: { kind: "ran", result },
      cut: null,
      files: { a: "first", ".results/results.json": "{}" },
    });
  });

  it("says why a program was refused", async () => {
    const outcome = { kind: "refused", code: "invalid_file", message: "Send less." } as const;
    const bytes = await readAll(encodeResultDocument(RUN_ID, outcome, []));
    expect((await readResult(bytes)).outcome).toEqual(outcome);
  });

  it("stands without the files that did not come, and says so", async () => {
    const bytes = await readAll(
      encodeResultDocument(RUN_ID, RAN, [toFile("a", "first"), toFile("b", "second")]),
    );
    const { outcome, cut, files } = await readResult(bytes.subarray(0, -3));
    expect(outcome).toMatchObject({
      result: { ...RESULT, skippedFiles: [{ name: "the remaining files", reason: "could not be read" }] },
    });
    expect(cut).toContain("ends before");
    expect(files).toEqual({ a: "first" });
  });

  it("throws what its reader throws", async () => {
    const reason = new Error("The store is full");
    const document = encodeResultDocument(RUN_ID, RAN, [toFile("a", "first")]);
    const reading = readResultDocument(document, {
      runId: RUN_ID,
      collect: COLLECT,
      receive: () => Promise.reject(reason),
    });
    await expect(reading).rejects.toBe(reason);
  });

  it("passes over what its reader leaves", async () => {
    const files = [toFile("a", "first"), toFile("b", "second"), toFile("c", "third")];
    const seen: string[] = [];
    await readResultDocument(encodeResultDocument(RUN_ID, RAN, files), {
      runId: RUN_ID,
      collect: COLLECT,
      async receive({ name }, content) {
        if (name === "a") return;
        for await (const piece of content) {
          seen.push(`${name}: ${Buffer.from(piece)}`);
          break;
        }
      },
    });
    expect(seen).toEqual(["b: second", "c: third"]);
  });

  it("is not that of another program", async () => {
    const bytes = await readAll(encodeResultDocument("run-of-somebody-else-0123", RAN, []));
    await expect(readResult(bytes)).rejects.toMatchObject({ problem: "malformed" });
  });

  it.each([
    ["a way out", [toFile("../a", "x")]],
    ["an absolute path", [toFile("/a", "x")]],
    ["the same name twice", [toFile("a", "x"), toFile("a", "y")]],
    ["more than the program may leave", [toFile("a", "xxxx")]],
  ])("leaves no file with %s", async (_what, files) => {
    const bytes = await readAll(encodeResultDocument(RUN_ID, RAN, files));
    const collect = { files: 5, fileBytes: 3, totalBytes: 3 };
    await expect(readResult(bytes, { collect })).rejects.toMatchObject({ problem: "malformed" });
  });

  it.each([
    ["status", { status: "fine" }],
    ["exit code", { exit_code: "0" }],
    ["output", { stdout: 1 }],
    ["time", { wall_ms: 0.5 }],
    ["list of files", { skipped: [["a"]] }],
    ["list of names", { unchanged: "a" }],
  ])("has a %s", async (_what, wrong) => {
    const bytes = await readAll(encodeResultDocument(RUN_ID, RAN, []));
    const header = JSON.parse(String(bytes));
    const text = `${JSON.stringify({ ...header, result: { ...header.result, ...wrong } })}\n`;
    await expect(readResult(Buffer.from(text))).rejects.toMatchObject({ problem: "malformed" });
  });

  it("ends with its last file", async () => {
    const bytes = await readAll(encodeResultDocument(RUN_ID, RAN, []));
    expect((await readResult(Buffer.concat([bytes, Buffer.from("x")]))).cut).toContain("goes on");
  });

  it("has a first line of bounded length", async () => {
    const endless = async function* () {
      for (;;) yield Buffer.alloc(1024 * 1024, "x");
    };
    const reading = readResultDocument(endless(), {
      runId: RUN_ID,
      collect: COLLECT,
      receive: async () => {},
    });
    await expect(reading).rejects.toMatchObject({ problem: "oversized" });
  });
});
