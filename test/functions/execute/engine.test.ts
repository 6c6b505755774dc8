import { expect, it } from "@jest/globals";
import { describeWith } from "../../support/capabilities.ts";
import { servePrograms } from "./serve-programs.fixture.ts";

const PURE = "console.log([1, 2].map((x) => x * x))";

describeWith("sandbox", "the engine of a JavaScript program", () => {
  const { send, python, javascript } = servePrograms();

  it.each([["V8"], ["cpython"], [""], [1], [null], [["node"]]])("is not %j", async (engine) => {
    const { status, body } = await send({ code: PURE, language: "javascript", engine });
    expect([status, body.code, body.details[0].path]).toEqual([400, "validation_failed", "/engine"]);
  });

  it.each(["node", "isolated-vm"])("is not for Python: %s", async (engine) => {
    for (const request of [
      { code: "print(1)", engine },
      { code: "print(1)", language: "python", engine },
    ]) {
      const { status, body } = await send(request);
      expect(status).toBe(400);
      expect(body).toMatchObject({ success: false, code: "validation_failed", retryable: false });
      expect(body.error).toMatch(/`engine` is for JavaScript .* leave it out/);
    }
  });

  it("may be auto for Python, which is what it is anyway", async () => {
    expect(await python("print(1)", { engine: "auto" })).toMatchObject({ output: "1\n", engine: "cpython" });
  });

  it.each([
    ["require", "require('fs')"],
    ["process", "process.exit(0)"],
    ["fetch", "fetch('http://localhost')"],
    ["setTimeout", "setTimeout(() => 1)"],
    ["Buffer", "Buffer.from('text')"],
    ["URL", "new URL('http://localhost')"],
    ["performance", "performance.now()"],
    ["structuredClone", "structuredClone({})"],
  ])("forced to be the isolate, does not know %s", async (name, statement) => {
    const code = `console.log('before')\n${statement}\nconsole.log('after')`;
    expect(await javascript(code, { engine: "isolated-vm" })).toMatchObject({
      success: false,
      status: "failed",
      engine: "isolated-vm",
      output: "before\n",
      error: expect.stringMatching(new RegExp(`^ReferenceError: ${name} is not defined.* \\(line 2\\)$`)),
    });
  });

  it("forced to be the isolate, runs what promises leave when the program has ended", async () => {
    const code = `Promise.resolve('then').then(console.log);
(async () => { await null; console.log('async'); await null; throw new TypeError('nobody caught it') })();
console.log('main')`;
    expect(await javascript(code, { engine: "isolated-vm" })).toMatchObject({
      success: false,
      status: "failed",
      output: "main\nthen\nasync\n",
      error: "TypeError: nobody caught it (line 2)",
      exit_code: 1,
    });
  });

  it("forced to be the isolate, takes no module", async () => {
    const { status, engine, error } = await javascript("import fs from 'fs'", { engine: "isolated-vm" });
    expect([status, engine]).toEqual(["failed", "isolated-vm"]);
    expect(error).toMatch(/^SyntaxError: Cannot use import statement outside a module/);
  });

  it("forced to be Node, is Node for a program that needs nothing of it", async () => {
    expect(await javascript(PURE, { engine: "node" })).toMatchObject({
      success: true,
      output: "[ 1, 4 ]\n",
      engine: "node",
    });
  });

  it.each([
    ["the bare language", PURE, "[ 1, 4 ]\n", "isolated-vm"],
    [
      "a file",
      "require('fs').writeFileSync('a', 'x'); console.log(require('fs').readFileSync('a', 'utf8'))",
      "x\n",
      "node",
    ],
    ["a module", "import { sep } from 'node:path';\nconsole.log(sep)", "/\n", "node"],
    ["await at the top", "console.log(await Promise.resolve(7))", "7\n", "node"],
  ])("is chosen by what the program names: %s", async (_what, code, output, engine) => {
    expect(await javascript(code)).toMatchObject({ success: true, output, engine });
    expect(await javascript(code, { engine: "auto" })).toMatchObject({ success: true, output, engine });
  });
});
