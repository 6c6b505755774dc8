import { afterAll, expect, it } from "@jest/globals";
import { encodeProgramDocument, readProgramDocument } from "#sandbox/entry/program-document.ts";
import { readResultDocument } from "#sandbox/entry/result-document.ts";
import { runDocument } from "#sandbox/entry/run-document.ts";
import { createFindObstacle } from "#sandbox/supervisor/find-obstacle.ts";
import { DEFAULT_SANDBOX_LIMITS } from "#sandbox/supervisor/sandbox-limits.ts";
import { openSandboxes } from "#sandbox/zygote/open-sandboxes.ts";
import { describeWith } from "../../support/capabilities.ts";
import { createQuietLogger } from "../sandbox.fixture.ts";
import { COLLECT, inPieces, PROGRAM, RUN_ID, readAll, toFile } from "./documents.fixture.ts";

const limits = { ...DEFAULT_SANDBOX_LIMITS, diskBytes: 8 * 1024 * 1024 };

function open(bubblewrapPath?: string) {
  const jail = bubblewrapPath === undefined ? {} : { bubblewrapPath };
  const logger = createQuietLogger();
  const sandboxes = openSandboxes({
    logger,
    limits,
    warm: { python: 0, data: 0, javascript: 0, node: 0 },
    ...jail,
  });
  const findObstacle = createFindObstacle(jail);

  /** Writes the program down, reads it, runs it, writes its result down and reads that. */
  async function run(program: Partial<typeof PROGRAM>, signal = AbortSignal.timeout(40_000)) {
    const written = await readAll(
      encodeProgramDocument({ runId: RUN_ID, program: { ...PROGRAM, ...program } }),
    );
    const document = await readProgramDocument(inPieces(written, 60_000));
    const result = await runDocument(document, {
      pool: sandboxes.pool,
      limits,
      findObstacle,
      logger,
      signal,
    });
    const files: Record<string, string> = {};
    const { outcome } = await readResultDocument(result, {
      runId: RUN_ID,
      collect: COLLECT,
      receive: async ({ name }, content) => {
        files[name] = String(await readAll(content));
      },
    });
    return { outcome, files };
  }

  return { run, close: sandboxes.close };
}

describeWith("sandbox", "a document that is run", () => {
  const { run, close } = open();
  afterAll(close);

  it("gives its program what came with it, and brings back what that left", async () => {
    const code =
      "import sys\nopen('out.txt', 'w').write(open('in.txt').read() + sys.stdin.read())\nprint('done')";
    const { outcome, files } = await run({ code, stdin: " and input", files: [toFile("in.txt", "a file")] });
    expect(outcome).toMatchObject({
      kind: "ran",
      result: { status: "succeeded", stdout: "done\n", start: "cold", unchangedFiles: ["in.txt"] },
    });
    expect(files).toEqual({ "out.txt": "a file and input" });
  });

  it("refuses files for which there is no room", async () => {
    const files = [toFile("large", Buffer.alloc(9 * 1024 * 1024), 1024 * 1024)];
    expect((await run({ files })).outcome).toMatchObject({
      kind: "refused",
      code: "invalid_file",
      message: expect.stringContaining("8 MiB"),
    });
  });

  it("ends with the caller", async () => {
    const reason = new Error("The caller left");
    const caller = new AbortController();
    const running = run({ code: "import time\ntime.sleep(9)" }, caller.signal);
    setTimeout(() => caller.abort(reason), 300);
    await expect(running).rejects.toBe(reason);
  });
});

it("a document says why there is no sandbox, and is not run without one", async () => {
  const { run, close } = open("/nowhere/bwrap");
  expect((await run({})).outcome).toMatchObject({
    kind: "refused",
    code: "sandbox_unavailable",
    message: expect.stringContaining("bubblewrap"),
  });
  await close();
});
