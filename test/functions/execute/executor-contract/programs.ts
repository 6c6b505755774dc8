import { expect, it } from "@jest/globals";
import { toOptions, toProgram } from "../../../sandbox/sandbox.fixture.ts";
import { runAndKeep, toText } from "../executor/files.fixture.ts";
import type { Ask } from "./executor.contract.ts";

const ENVIRONMENT = "import os\nprint(sorted(os.environ), os.getppid(), sorted(os.listdir('/')))";
const REACH_OUT = `import socket
for address in (("169.254.169.254", 80), ("8.8.8.8", 53)):
    try: socket.create_connection(address, 2); print("reached")
    except OSError as error: print(type(error).__name__)`;

/** How a program is run, and what is said of its end. */
export function describePrograms(ask: Ask): void {
  it("runs a program with its input, and keeps its streams apart", async () => {
    const code =
      "import sys\nprint(sys.stdin.read().upper())\nprint('ünï \\0', file=sys.stderr)\nsys.exit(3)";
    const { run } = await runAndKeep(await ask(), { code, stdin: "größe\n" });
    expect(run).toMatchObject({
      status: "failed",
      exitCode: 3,
      signal: null,
      stdout: "GRÖSSE\n\n",
      stderr: "ünï \0\n",
      truncated: false,
      engine: "cpython",
      limit: null,
      start: expect.stringMatching(/^(warm|cold)$/),
      wallMs: expect.any(Number),
      skippedFiles: [],
      unchangedFiles: [],
    });
  });

  it("runs JavaScript by the engine that is asked for", async () => {
    const executor = await ask();
    const code = "console.log(typeof require, [1, 2].map((x) => x * 2))";
    const run = (engine: "auto" | "isolated-vm") =>
      executor.run(
        toProgram({ language: "javascript", code, engine }),
        toOptions(AbortSignal.timeout(110_000)),
      );
    const [node, isolate] = await Promise.all([run("auto"), run("isolated-vm")]);
    expect(node).toMatchObject({ status: "succeeded", stdout: "function [ 2, 4 ]\n", engine: "node" });
    expect(isolate).toMatchObject({
      status: "succeeded",
      stdout: "undefined [ 2, 4 ]\n",
      engine: "isolated-vm",
    });
  });

  it("ends a program at its time, and keeps what it wrote by then", async () => {
    const code = "import time\nprint('begun', flush=True)\ntime.sleep(30)";
    const { run } = await runAndKeep(await ask(), { code, timeoutMs: 3000 });
    expect(run).toMatchObject({ status: "timed_out", exitCode: null, signal: "SIGKILL", stdout: "begun\n" });
    expect(run.wallMs).toBeGreaterThanOrEqual(2900);
  });

  it("says of a program that it ended by a signal", async () => {
    const { run } = await runAndKeep(await ask(), { code: "import os\nos.kill(os.getpid(), 11)" });
    expect(run).toMatchObject({ status: "killed", exitCode: null, signal: "SIGSEGV" });
  });

  it("bounds its memory", async () => {
    const { run } = await runAndKeep(await ask(), { code: "x = bytearray(4 * 2**30)" });
    expect(run.status).toBe("out_of_memory");
  });

  it("keeps head and tail of too much output", async () => {
    const { run } = await runAndKeep(await ask(), { code: "print('a' * 600_000)\nprint('last')" });
    expect(run).toMatchObject({ status: "succeeded", truncated: true });
    expect(run.stdout).toMatch(/^a+\n\[\.\.\. \d+ bytes left out \.\.\.\]\na+\nlast\n$/);
  });

  it("shows a program nothing of where it runs, and lets it reach nobody", async () => {
    const executor = await ask();
    const [seen, reached] = await Promise.all([
      runAndKeep(executor, { code: ENVIRONMENT }),
      runAndKeep(executor, { code: REACH_OUT }),
    ]);
    expect(seen.run.stdout).toContain(
      "['HOME', 'LANG', 'MPLBACKEND', 'MPLCONFIGDIR', 'OPENBLAS_NUM_THREADS', 'PATH', 'TMPDIR'",
    );
    expect(seen.run.stdout).not.toMatch(/'(app|root|PORT|IN_URL|OUT_URL)'/);
    expect(reached.run.stdout).toBe("OSError\nOSError\n");
  });

  it("leaves nothing of a program to the next", async () => {
    const executor = await ask();
    const code = `import os
for folder in ("/tmp", "/workspace", "/dev/shm"):
    print(sorted(os.listdir(folder)))
    open(f"{folder}/left", "w").close()`;
    const first = await runAndKeep(executor, { code });
    const second = await runAndKeep(executor, { code });
    expect(first.run.stdout).toBe("[]\n['main.py']\n[]\n");
    expect(second.run.stdout).toBe(first.run.stdout);
    expect(toText(second.files)).toEqual({ left: "" });
  });

  it("knows the true versions of the languages", async () => {
    const executor = await ask();
    expect(await executor.listLanguages({ signal: AbortSignal.timeout(110_000) })).toEqual([
      { name: "python", version: expect.stringMatching(/^3\.\d+\.\d+/), available: true },
      { name: "javascript", version: process.versions.node, available: true },
    ]);
  });
}
