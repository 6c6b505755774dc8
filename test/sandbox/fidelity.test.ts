import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import type { RunResult } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor } from "./sandbox.fixture.ts";

type Outcome = Pick<RunResult, "stdout" | "stderr" | "exitCode">;

/** Runs a harmless program of this file without a sandbox, to know what it has to come to. */
function runPlainly(command: string, name: string, code: string): Outcome {
  const folder = mkdtempSync(`${tmpdir()}/plain-`);
  try {
    writeFileSync(`${folder}/${name}`, code);
    const { stdout, stderr, status } = spawnSync(command, [`${folder}/${name}`], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: "/usr/bin", LANG: "C.UTF-8", HOME: folder },
    });
    const place = (text: string) => text.replaceAll(folder, "/workspace");
    return { stdout: place(stdout), stderr: place(stderr), exitCode: status };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const JAVASCRIPT_PROGRAMS: readonly (readonly [engine: string, code: string])[] = [
  ["isolated-vm", "console.log([1,2].map(x=>x*x))"],
  [
    "isolated-vm",
    "console.log({a:{b:{c:{d:1}}}}, [1,,3], new Map([[1,{a:2}]]), new Set('ab'), null, undefined, -0, 10n)",
  ],
  ["isolated-vm", "console.log('%s is %d and %i, %j %o %O %%', 'a', 1.5, 1.9, {a:1}, [1], {b:2}, 'rest')"],
  [
    "isolated-vm",
    "class A { #x = 1; y = 2; get z() { return 1 } static s = 1 }\nconsole.log(new A(), A, [A], Symbol('q'), () => 1, function f() {})",
  ],
  ["isolated-vm", "console.log(Array.from({length: 150}, (_, i) => i), 'x'.repeat(200).split(''))"],
  [
    "isolated-vm",
    "console.log(new Date(0), /a/gi, [new Date(NaN)], new Uint8Array(3), Buffer.from('héllo'), [1.5, 'it\\'s', \"q\"])",
  ],
  [
    "isolated-vm",
    "setTimeout(() => console.log('timeout'), 5); Promise.resolve().then(() => console.log('then')); queueMicrotask(() => console.log('micro')); console.log('main')",
  ],
  [
    "isolated-vm",
    "let n = 0; const t = setInterval(() => { console.log(++n); if (n === 3) clearInterval(t); }, 2)",
  ],
  [
    "isolated-vm",
    "console.error('err'); console.group('g'); console.log('in\\nner'); console.groupEnd(); console.log('out'); console.assert(false, 'no'); console.count(); console.count()",
  ],
  [
    "isolated-vm",
    "console.log(new URL('https://a.b:8080/c?d=1#e').host, new URLSearchParams('a=1&b=2'), encodeURIComponent('é'))",
  ],
  [
    "isolated-vm",
    "console.log(structuredClone({a: new Date(0), b: [1]}), atob('aGk='), btoa('hi'), new TextEncoder().encode('é'))",
  ],
  [
    "isolated-vm",
    "(async () => { await null; console.log('async') })(); function* g() { yield 1 } console.log([...g()])",
  ],
  ["isolated-vm", "var a = 1; console.log(this, typeof this, (function () { 'use strict'; return this })())"],
  ["isolated-vm", "#!/usr/bin/env node\nconsole.log('hash')"],
  ["isolated-vm", "return console.log('returned')"],
  [
    "isolated-vm",
    "const o = {}; o.self = o; console.log(o, [[[[]]]], {'a-b': 1}, Object.create(null), new (class Foo {})())",
  ],
  ["isolated-vm", "console.log(new Intl.NumberFormat('de').format(1234.5), (1e21).toLocaleString('en'))"],
  ["node", "console.log(typeof require, typeof module, __filename)"],
  ["node", "import os from 'node:os'; console.log(os.EOL, import.meta.url)"],
  ["node", "const x = await Promise.resolve(5); console.log(x)"],
  [
    "node",
    "const fs = require('fs'); fs.writeFileSync('a', 'x'); console.log(fs.existsSync('a'), require.main === module)",
  ],
  ["node", "console.table([{a: 1, b: 2}])"],
  ["node", "process.on('exit', (code) => console.log('exit', code)); process.exitCode = 4"],
  ["node", "let x = ;"],
  ["node", "require('fs').readFileSync('/nowhere')"],
  [
    "node",
    "const { Worker, isMainThread } = require('worker_threads'); if (isMainThread) new Worker('require(\"worker_threads\").parentPort.postMessage(7)', { eval: true }).on('message', console.log)",
  ],
  ["node", "console.log(require('child_process').execSync('echo hi').toString())"],
  ["node", "console.log(globalThis === global, eval('1+1'), new Proxy({a: 1}, {}))"],
];

/** What differs by its nature: the stack below the program's own frames, process ids. */
function normalise(text: string): string {
  return text.replace(/^ {4}at .*\n/gm, "").replace(/\(node:\d+\)/g, "(node)");
}

describeWith("sandbox", "a program in the sandbox does what it does outside", () => {
  const { javascript } = createRunners(createTestExecutor());

  it.each(JAVASCRIPT_PROGRAMS)("in JavaScript with %s: %j", async (engine, code) => {
    const result = await javascript(code);
    const { stdout, stderr, exitCode } = runPlainly(process.execPath, "main.js", code);
    expect({ ...result, stderr: normalise(result.stderr) }).toMatchObject({
      engine,
      stdout,
      stderr: normalise(stderr),
      exitCode,
    });
  });

  it.each([
    ["throw new TypeError('boo')", "isolated-vm"],
    ["function f() {\n  null.x;\n}\nf()", "isolated-vm"],
    ["Promise.reject(new RangeError('rejected'))", "isolated-vm"],
    ["setTimeout(() => {\n  throw new Error('late')\n}, 1)", "isolated-vm"],
    ["require('os');\nthrow new Error('from node')", "node"],
  ])("in what an uncaught error says: %j", async (code, engine) => {
    const result = await javascript(code);
    const plain = runPlainly(process.execPath, "main.js", code);
    expect(result).toMatchObject({ engine, exitCode: plain.exitCode, stdout: "" });
    expect(normalise(result.stderr)).toBe(normalise(plain.stderr));
  });

  it("has an empty working folder", async () => {
    const { stdout } = await javascript("console.log(require('fs').readdirSync('.'), process.cwd())");
    expect(stdout).toBe("[] /workspace\n");
    const module = await javascript("import fs from 'node:fs'; console.log(fs.readdirSync('.'))");
    expect(module.stdout).toBe("[]\n");
  });
});
