import { describe, expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const FLOOD_IN_PYTHON = `import os, sys
print("first")
for _ in range(100): sys.stdout.write("x" * 10**6)
print("\\nlast")
sys.stdout.flush()
os.write(2, b"begin\\n" + b"e" * 10**6 + b"\\nend\\n")
sys.exit(3)`;

const FLOOD_IN_ISOLATE = `console.log("first");
for (let i = 0; i < 20000; i += 1) console.log(i);
console.log("last");`;

const FLOOD_IN_NODE = `const { writeSync } = require("fs");
writeSync(1, "first\\n");
for (let i = 0; i < 100; i += 1) writeSync(1, "x".repeat(1e6));
writeSync(1, "\\nlast\\n");
process.exitCode = 3;`;

describeWith("sandbox", "a program that writes more than is kept", () => {
  describe("in the sandbox", () => {
    const { python, javascript } = servePrograms({ SANDBOX_OUTPUT_KIB: "4" });

    it("goes on to its end; head and tail of each stream stay", async () => {
      const body = await python(FLOOD_IN_PYTHON, { timeout: 30 });
      expect(body).toMatchObject({ status: "failed", exit_code: 3, truncated: true });
      expect(body.output).toMatch(/^first\nx+[\s\S]*left out[\s\S]*x+\nlast\n$/);
      expect(body.stderr).toMatch(/^begin\ne+[\s\S]*left out[\s\S]*e+\nend\n$/);
      for (const stream of [body.output, body.stderr]) {
        expect(stream.length).toBeGreaterThanOrEqual(4096);
        expect(stream.length).toBeLessThan(4096 + 200);
      }
    });

    it.each([
      ["isolated-vm", FLOOD_IN_ISOLATE, 0],
      ["node", FLOOD_IN_NODE, 3],
    ])("goes on to its end in %s", async (engine, code, exit_code) => {
      const body = await javascript(code, { timeout: 30 });
      expect(body).toMatchObject({ exit_code, engine, truncated: true, stderr: "" });
      expect(body.output).toMatch(/^first\n[\s\S]*left out[\s\S]*\nlast\n$/);
    });

    it("and is killed at its time limit, has its head and tail shown", async () => {
      const body = await python("print('first')\nwhile True: print('more')", { timeout: 3 });
      expect(body).toMatchObject({ status: "timed_out", truncated: true });
      expect(body.output).toMatch(/^first\nmore\n[\s\S]*left out[\s\S]*more/);
    });

    it("and whose characters are cut in two, is still answered in well-formed text", async () => {
      const { output, truncated } = await python("print('a' + '🧪漢' * 5000)");
      expect(truncated).toBe(true);
      expect(output.isWellFormed()).toBe(true);
      expect(output).toMatch(/^a🧪漢[\s\S]*漢\n$/);
    });

    it("is not one that writes just as much as is kept", async () => {
      const body = await python("print('x' * 4095)");
      expect(body).toMatchObject({ truncated: false, output: `${"x".repeat(4095)}\n` });
    });
  });

  describe("in the answer, counted as it is serialised", () => {
    const { server, python } = servePrograms();

    it.each([
      ["controls and quotes", "'\\x01\"' * 300000", "'\\x02' * 200000"],
      ["one long line", "'x' * 1000000", "''"],
      ["characters outside of ASCII", "'漢' * 200000", "'🧪' * 100000"],
      ["backslashes and newlines", "'\\\\\\n' * 100000", "'e' * 1000000"],
    ])("has its middle left out: %s", async (_what, output, stderr) => {
      const code = `import sys\nsys.stdout.write('first\\n' + ${output} + '\\nlast\\n')\nsys.stderr.write(${stderr})`;
      const response = await server().request("/execute", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code }),
      });
      const text = await response.text();
      expect(text.length).toBeLessThan(95_000);
      const body = JSON.parse(text);
      expect(body).toMatchObject({ success: true, truncated: true });
      expect(body.output).toMatch(/^first\n[\s\S]*left out[\s\S]*\nlast\n$/);
    });

    it("leaves standard error its share, because the traceback stands there", async () => {
      const body = await python("import sys\nprint('x' * 200000)\nsys.stderr.write('e' * 200000)\n1/0");
      expect(body.stderr.length).toBeGreaterThan(20_000);
      expect(body.error).toBe("ZeroDivisionError: division by zero (line 4)");
    });

    it("is whole when it fits", async () => {
      const body = await python("print('x' * 80000)");
      expect([body.truncated, body.output.length]).toEqual([false, 80_001]);
    });
  });
});
