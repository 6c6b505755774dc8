import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

describeWith("sandbox", "a program that fails is HTTP 200 and says what a person needs first", () => {
  const { python, javascript } = servePrograms();

  it.each([
    ["no sense", "def f(:\n  pass", 1, /^SyntaxError: .* \(line 1\)$/],
    ["an exception", "x = 1\nx / 0", 1, /^ZeroDivisionError: division by zero \(line 2\)$/],
    ["an exit code", "import sys; sys.exit(3)", 3, /^The program ended with exit code 3\.$/],
    ["an exit code, at once", "import os; os._exit(255)", 255, /exit code 255/],
    ["a reason to exit", "import sys; sys.exit('no data')", 1, /^no data$/],
    ["a name that is not there", "print(total)", 1, /^NameError: .*total.* \(line 1\)$/],
    ["deep recursion", "def f(): f()\nf()", 1, /^RecursionError: .* \(line 1\)$/],
  ])("failed, in Python: %s", async (_what, code, exit_code, error) => {
    expect(await python(code)).toMatchObject({
      success: false,
      status: "failed",
      code: "program_failed",
      exit_code,
      signal: null,
      error: expect.stringMatching(error),
    });
  });

  it.each([
    ["no sense", "const x = ;", 1, /^SyntaxError: .* \(line 1\)$/, "node"],
    ["an exception", "const x = 1;\nnull.f()", 1, /^TypeError: .* \(line 2\)$/, "isolated-vm"],
    ["an exception in Node", "require('fs');\nnull.f()", 1, /^TypeError: .* \(line 2\)$/, "node"],
    [
      "a rejection",
      "process.title;\nPromise.reject(new Error('late'))",
      1,
      /^Error: late \(line 2\)$/,
      "node",
    ],
    ["an exit code", "process.exit(3)", 3, /^The program ended with exit code 3\.$/, "node"],
    ["a promise that never comes", "await new Promise(() => {})", 13, /./, "node"],
  ])("failed, in JavaScript: %s", async (_what, code, exit_code, error, engine) => {
    expect(await javascript(code)).toMatchObject({
      success: false,
      status: "failed",
      code: "program_failed",
      exit_code,
      signal: null,
      error: expect.stringMatching(error),
      engine,
    });
  });

  it.each([
    ["python", "import os; os.kill(os.getpid(), 11)", "SIGSEGV"],
    ["python", "import os; os.kill(os.getpid(), 9)", "SIGKILL"],
    ["python", "import os; os.abort()", "SIGABRT"],
    ["javascript", "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9000)", "SIGTERM"],
    ["javascript", "process.abort()", "SIGABRT"],
  ])("killed by its own signal, in %s: %s", async (language, code, signal) => {
    expect(await python(code, { language })).toMatchObject({
      success: false,
      status: "killed",
      code: "program_killed",
      exit_code: null,
      signal,
      error: `The program was ended by the signal ${signal}.`,
    });
  });

  it.each([
    ["python", "print('so far', flush=True)\nwhile True: pass"],
    [
      "python",
      "import signal, time\nsignal.signal(15, signal.SIG_IGN)\nprint('so far', flush=True)\ntime.sleep(25)",
    ],
    ["javascript", "console.log('so far'); while (true) {}"],
    ["javascript", "console.log('so far'); setInterval(() => {}, 1000)"],
    ["javascript", "console.log('so far'); /(a+)+$/.test('a'.repeat(50) + 'b')"],
    ["javascript", "require('fs'); console.log('so far'); while (true) {}"],
  ])("timed out, in %s, with what it wrote before: %j", async (language, code) => {
    const started = performance.now();
    expect(await python(code, { language, timeout: 3 })).toMatchObject({
      success: false,
      status: "timed_out",
      code: "program_timed_out",
      exit_code: null,
      signal: "SIGKILL",
      output: "so far\n",
      error: expect.stringContaining("timed out after 3 s"),
    });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it("runs the next one as if nothing had happened", async () => {
    expect(await python("print('next')")).toMatchObject({ success: true, output: "next\n" });
    expect(await javascript("console.log('next')")).toMatchObject({ success: true, output: "next\n" });
  });
});
