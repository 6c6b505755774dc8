import { expect, it } from "@jest/globals";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor } from "./sandbox.fixture.ts";

describeWith("sandbox", "the status of a run", () => {
  const { python, javascript } = createRunners(createTestExecutor());

  it.each([
    ["print(2+2)", { status: "succeeded", exitCode: 0, signal: null, stdout: "4\n", stderr: "" }],
    ["import sys; sys.exit(3)", { status: "failed", exitCode: 3, signal: null }],
    ["import os; os._exit(7)", { status: "failed", exitCode: 7 }],
    ["1/0", { status: "failed", exitCode: 1 }],
    [
      "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
      { status: "killed", exitCode: null, signal: "SIGSEGV" },
    ],
    ["import os; os.abort()", { status: "killed", exitCode: null, signal: "SIGABRT" }],
    ["bytearray(10**11)", { status: "out_of_memory", exitCode: 1 }],
    ["x = []\nwhile True: x.append(bytearray(10**6))", { status: "out_of_memory" }],
  ])("of Python %j", async (code, expected) => {
    expect(await python(code)).toMatchObject({ ...expected, engine: "cpython", truncated: false });
  });

  it.each([
    [
      "console.log(2+2)",
      { status: "succeeded", exitCode: 0, engine: "isolated-vm", stdout: "4\n", stderr: "" },
    ],
    ["process.exit(3)", { status: "failed", exitCode: 3, engine: "node" }],
    ["throw new Error('boo')", { status: "failed", exitCode: 1, engine: "isolated-vm" }],
    ["await new Promise(() => {})", { status: "failed", exitCode: 13, engine: "node" }],
    ["process.kill(process.pid, 'SIGSEGV')", { status: "killed", exitCode: null, signal: "SIGSEGV" }],
    [
      "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })",
      { status: "out_of_memory", engine: "isolated-vm" },
    ],
    [
      "process.title; const a = []; for (;;) a.push(new Array(1e5).fill(1.5))",
      { status: "out_of_memory", engine: "node" },
    ],
    ["const a = []; for (;;) a.push(new ArrayBuffer(1e6))", { engine: "isolated-vm" }],
  ])("of JavaScript %j", async (code, expected) => {
    expect(await javascript(code)).toMatchObject({ ...expected, truncated: false });
  });

  it("of programs that never end is timed_out, whatever signals they ignore", async () => {
    const stubborn = `import signal, os
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
os.fork(); os.fork()
print("started", flush=True)
while True: pass`;
    const [first, second] = await Promise.all([
      python(stubborn, 3000),
      javascript("console.log('started'); for (;;);", 3000),
    ]);
    expect(first).toMatchObject({ status: "timed_out", exitCode: null, signal: "SIGKILL" });
    expect(first.stdout).toContain("started\n");
    expect(second).toMatchObject({ status: "timed_out", exitCode: null, stdout: "started\n" });
  });
});
