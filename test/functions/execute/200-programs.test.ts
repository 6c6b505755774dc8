import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { ask, post } from "../../support/post.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ EXECUTE_RATE_PER_MINUTE: "0" });
});
afterAll(() => server.stop());

const run = async (code: string, more: object = {}) =>
  (await post(server, "/execute", { code, ...more })).body;
const runJavaScript = (code: string, more: object = {}) => run(code, { language: "javascript", ...more });

describeWith("sandbox", "POST /execute", () => {
  it("answers every field of the contract", async () => {
    const { status, body } = await post(server, "/execute", { code: "print(2+2)" });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      output: "4\n",
      error: null,
      exit_code: 0,
      execution_time: expect.any(Number),
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      stderr: "",
      status: "succeeded",
      signal: null,
      language: "python",
      engine: "cpython",
      truncated: false,
      execution_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });

  it("runs JavaScript as Node prints it, in the isolate", async () => {
    expect(await runJavaScript("console.log([1,2].map(x=>x*x))")).toMatchObject({
      output: "[ 1, 4 ]\n",
      engine: "isolated-vm",
    });
  });

  it("runs JavaScript that needs Node in Node, in an empty folder", async () => {
    const code = "const fs = require('fs'); fs.writeFileSync('a','x'); console.log(fs.readdirSync('.'))";
    expect(await runJavaScript(code)).toMatchObject({ output: "[ 'a' ]\n", engine: "node", success: true });
  });

  describe("a program that fails is HTTP 200 and says what a person needs first", () => {
    it.each([
      [
        "an exception",
        "x = 1\nx / 0",
        {
          status: "failed",
          exit_code: 1,
          error: "ZeroDivisionError: division by zero (line 2)",
          code: "program_failed",
        },
      ],
      [
        "a syntax error",
        "def f(:\n  pass",
        { status: "failed", exit_code: 1, error: expect.stringContaining("SyntaxError") },
      ],
      [
        "an exit code",
        "import sys; sys.exit(3)",
        { status: "failed", exit_code: 3, error: "The program ended with exit code 3." },
      ],
      [
        "a signal",
        "import os; os.kill(os.getpid(), 11)",
        { status: "killed", exit_code: null, signal: "SIGSEGV", code: "program_killed" },
      ],
      [
        "too much memory",
        "x = bytearray(8 * 1024**3)",
        { status: "out_of_memory", code: "program_out_of_memory" },
      ],
    ])("%s in Python", async (_what, code, expected) => {
      expect(await run(code)).toMatchObject({ success: false, ...expected });
    });

    it.each([
      [
        "an exception",
        "const x = 1;\nnull.f()",
        { status: "failed", exit_code: 1, error: expect.stringMatching(/^TypeError: .* \(line 2\)$/) },
      ],
      [
        "an exception in Node",
        "require('fs');\nnull.f()",
        { status: "failed", exit_code: 1, error: expect.stringMatching(/^TypeError: .* \(line 2\)$/) },
      ],
      ["an exit code", "process.exit(3)", { status: "failed", exit_code: 3, engine: "node" }],
    ])("%s in JavaScript", async (_what, code, expected) => {
      expect(await runJavaScript(code)).toMatchObject({ success: false, ...expected });
    });

    it.each([
      ["python", "while True: pass"],
      ["javascript", "while (true) {}"],
      ["javascript", "require('fs'); while (true) {}"],
    ])("a program in %s that does not end: %j", async (language, code) => {
      const started = performance.now();
      const body = await run(code, { language, timeout: 2 });
      expect(body).toMatchObject({
        success: false,
        status: "timed_out",
        exit_code: null,
        code: "program_timed_out",
      });
      expect(body.error).toContain("timed out after 2 s");
      expect(performance.now() - started).toBeLessThan(6_000);
    });
  });

  it("cuts the middle of long output so that the whole answer fits, counted as it is serialised", async () => {
    const text = await (
      await server.request("/execute", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          code: "import sys\nprint('first')\nfor i in range(300000): print('\\x01\"', end='')\nprint('\\nlast')\nsys.stderr.write('e' * 200000)",
        }),
      })
    ).text();
    expect(text.length).toBeLessThan(100_000);
    const body = JSON.parse(text);
    expect(body).toMatchObject({ success: true, truncated: true });
    expect(body.output).toMatch(/^first\n/);
    expect(body.output).toMatch(/\nlast\n$/);
    expect(body.output).toContain("left out");
    expect(body.stderr.length).toBeGreaterThan(20_000);
  });

  it("says nothing of the host in an answer to a failing program", async () => {
    const body = await run(
      "import os, sys\nprint(sys.path, __file__, os.getcwd(), dict(os.environ))\nopen('/work')",
    );
    expect(JSON.stringify(body)).not.toContain(process.cwd());
    expect(JSON.stringify(body)).not.toContain(server.dataFolder);
    expect(JSON.stringify(body)).not.toContain(server.key);
  });
});

describeWith("sandbox", "GET /languages", () => {
  it("tells true versions", async () => {
    const { body } = await ask(server, "/languages");
    const python = await run("import platform; print(platform.python_version())");
    const javascript = await runJavaScript("console.log(process.versions.node)");
    expect(body).toEqual({
      languages: [
        { name: "python", version: python.output.trim(), available: true },
        { name: "javascript", version: javascript.output.trim(), available: true },
      ],
    });
  });
});
