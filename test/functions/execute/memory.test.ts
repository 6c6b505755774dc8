import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const MANY_PROCESSES = `import multiprocessing, time
def hold():
    block = bytearray(60 * 2**20)
    for at in range(0, len(block), 4096): block[at] = 1
    time.sleep(20)
for _ in range(6): multiprocessing.Process(target=hold).start()`;

const ONE_CHILD = `import subprocess, sys, time
print(subprocess.run([sys.executable, "-c", "x = bytearray(300 * 2**20)\\nfor at in range(0, len(x), 4096): x[at] = 1"]))
time.sleep(20)`;

const FILES = `for number in range(8):
    with open(f"/dev/shm/{number}", "wb") as file:
        for _ in range(50): file.write(b"x" * 2**20)`;

const ENDED_FOR_MEMORY = {
  success: false,
  status: "out_of_memory",
  code: "program_out_of_memory",
  error: expect.stringContaining("more memory than it may have"),
};

describeWith("sandbox", "a program that needs more memory than it may have", () => {
  // Where there are no control groups, "on" is the same as "off".
  describe.each(["on", "off"])("with control groups %s", (SANDBOX_MEMORY_CGROUP) => {
    const { python, javascript } = servePrograms({
      SANDBOX_MEMORY_MIB: "192",
      SANDBOX_DISK_MIB: "512",
      SANDBOX_MEMORY_CGROUP,
    });

    it.each([
      ["one block", "x = bytearray(300 * 2**20)\nfor at in range(0, len(x), 4096): x[at] = 1"],
      ["ever more blocks", "x = []\nwhile True: x.append(bytearray(10**6))"],
      ["six processes that are each within the limit", MANY_PROCESSES],
      ["a child that is ended while its parent lives on", ONE_CHILD],
      ["files", FILES],
    ])("in Python: %s", async (_what, code) => {
      expect(await python(code, { timeout: 30 })).toMatchObject({
        ...ENDED_FOR_MEMORY,
        exit_code: null,
        signal: "SIGKILL",
      });
    });

    it.each([
      ["the isolate's heap", "const a = []; for (;;) a.push(new Array(1e5).fill(1.5))", "isolated-vm"],
      ["Node's heap", "process.title; const a = []; for (;;) a.push(new Array(1e5).fill(1.5))", "node"],
      ["Node's buffers", "process.title; const a = []; for (;;) a.push(Buffer.alloc(1e6, 1))", "node"],
    ])("in JavaScript: %s", async (_what, code, engine) => {
      expect(await javascript(code, { timeout: 30 })).toMatchObject({
        ...ENDED_FOR_MEMORY,
        exit_code: null,
        engine,
      });
    });

    it("leaves the next one all of its own", async () => {
      const almost = "x = bytearray(120 * 2**20)\nfor at in range(0, len(x), 4096): x[at] = 1\nprint('fits')";
      expect(await python(almost)).toMatchObject({ success: true, output: "fits\n" });
    });
  });

  describe("of one process, by default", () => {
    const { python, javascript } = servePrograms();

    it("is told by Python, with the line", async () => {
      expect(await python("print('before')\nx = bytearray(10**11)")).toMatchObject({
        ...ENDED_FOR_MEMORY,
        exit_code: 1,
        signal: null,
        output: "before\n",
        stderr: expect.stringMatching(/main\.py", line 2, in <module>\n[\s\S]*\nMemoryError\n$/),
      });
    });

    it("is an exception that Python programs may handle", async () => {
      const code = "try: x = bytearray(10**11)\nexcept MemoryError: print('smaller, then')";
      expect(await python(code)).toMatchObject({ success: true, output: "smaller, then\n" });
    });

    it.each([
      ["the isolate's heap", "const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })", "isolated-vm"],
      ["Node's heap", "process.title; const m = new Map(); for (let i = 0; ; i++) m.set(i, { i })", "node"],
    ])("is told by V8: %s", async (_what, code, engine) => {
      expect(await javascript(code, { timeout: 30 })).toMatchObject({
        ...ENDED_FOR_MEMORY,
        exit_code: null,
        signal: expect.stringMatching(/^SIG(?:ABRT|KILL)$/),
        engine,
      });
    });
  });
});
