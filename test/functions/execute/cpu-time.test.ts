import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const MANY_PROCESSES = `import os
for _ in range(3): os.fork()
while True: pass`;

const SHORT_CHILDREN = `import subprocess, sys
for _ in range(1000): subprocess.run([sys.executable, "-c", "for _ in range(2_000_000): pass"])`;

describeWith("sandbox", "a program that uses more processor time than it may", () => {
  // 30 s of wall time are far away when 1 s of work is done, even on a machine with much else to do.
  const { python, javascript } = servePrograms({ SANDBOX_CPU_SECONDS: "1" });
  const USED_UP = {
    success: false,
    status: "timed_out",
    code: "program_timed_out",
    exit_code: null,
    signal: "SIGKILL",
    error: expect.stringMatching(/^The program used up its processor time\. /),
  };

  it.each([
    ["one thread", "while True: pass"],
    ["eight processes", MANY_PROCESSES],
    ["children that all end soon", SHORT_CHILDREN],
    ["a shell", "import subprocess\nsubprocess.run(['sh', '-c', 'while :; do :; done'])"],
  ])("in Python: %s", async (_what, code) => {
    expect(await python(code, { timeout: 30 })).toMatchObject(USED_UP);
  });

  it.each([
    ["isolated-vm", "for (;;);"],
    ["node", "for (;;);"],
  ])("in JavaScript: %s", async (engine, code) => {
    expect(await javascript(code, { timeout: 30, engine })).toMatchObject({ ...USED_UP, engine });
  });

  it("is not one that only waits", async () => {
    const slept = { success: true, output: "slept\n" };
    expect(await python("import time\ntime.sleep(2)\nprint('slept')")).toMatchObject(slept);
    expect(await javascript("setTimeout(() => console.log('slept'), 2000)")).toMatchObject(slept);
  });

  it("is told apart from one that takes too long", async () => {
    const { status, error } = await python("import time\ntime.sleep(20)", { timeout: 1 });
    expect([status, error]).toEqual(["timed_out", expect.stringContaining("timed out after 1 s")]);
  });
});
