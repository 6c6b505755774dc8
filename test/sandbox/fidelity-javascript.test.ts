import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "@jest/globals";
import type { RunResult } from "#functions/execute/executor/executor.ts";
import { describeWith } from "../support/capabilities.ts";
import { createRunners, createTestExecutor } from "./sandbox.fixture.ts";

type Outcome = Pick<RunResult, "stdout" | "stderr" | "exitCode">;

/** Runs a harmless program of this file without a sandbox, to know what it has to come to. */
function runPlainly(code: string): Outcome {
  const folder = mkdtempSync(`${tmpdir()}/plain-`);
  try {
    writeFileSync(`${folder}/main.js`, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [`${folder}/main.js`], {
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

/** What differs by its nature: process ids, and the lines in which another release of Node 24 has its own code. */
function normalise({ stdout, stderr, exitCode }: Outcome): Outcome {
  const text = (output: string) =>
    output.replace(/\(node:\d+\)/g, "(node)").replace(/(node:internal\/[\w/]+)(?::\d+)+/g, "$1");
  return { stdout: text(stdout), stderr: text(stderr), exitCode };
}

const PURE_PROGRAMS = [
  "console.log([1,2].map(x=>x*x))",
  "console.log({a:{b:{c:{d:1}}}}, [1,,3], new Map([[1,{a:2}]]), new Set('ab'), null, undefined, -0, 10n)",
  "console.log('%s is %d and %i, %j %o %O %%', 'a', 1.5, 1.9, {a:1}, [1], {b:2}, 'rest'); console.log('%c%f|%s', 'css', '1.5', Symbol('s'))",
  "class A { #x = 1; y = 2; get z() { return 1 } static s = 1 }\nconsole.log(new A(), A, [A], Symbol('q'), () => 1, function f() {}, class extends A {})",
  "console.log(Array.from({length: 150}, (_, i) => i), 'x'.repeat(200).split(''))",
  "console.log(new Date(0), /a/gi, [new Date(NaN)], new Uint8Array(3), new ArrayBuffer(2), [1.5, 'it\\'s', \"q\"], Object(1), [Object('s')])",
  "console.log(new WeakMap(), 'ab'.matchAll(/a/g), (function* () {})(), new (class extends Map {})([[1, 2]]), [NaN, Infinity])",
  "const o = {}; o.self = o; console.log(o, [[[[]]]], {'a-b': 1}, Object.create(null), new (class Foo {})(), {get a() { return 1 }, set b(v) {}})",
  "console.log(new Intl.NumberFormat('de').format(1234.5), (1e21).toLocaleString('en'), new Date(0).toString(), 'ä'.localeCompare('z', 'sv'))",
  "console.error('err'); console.group('g'); console.log('in\\nner'); console.groupEnd(); console.log('out'); console.count(); console.count()",
  "console.assert(false); console.assert(false, 'no %s', 1); console.assert(0, {a: 1}); console.dir({a: {b: {c: {}}}}, {depth: 0}); console.trace('here')",
  "console.warn = (...a) => console.log('mine', ...a); console.assert(false, 'seen'); const { length, name } = console.log; console.log(length, name, String(console.log))",
  "const m = new Map([[1, 2]]); for (const [k, v] of m.entries()) console.log(k, v, [...m.keys()], m.values().next(), Array.from(m.values()))",
  "var a = 1; console.log(this, typeof this, (function () { 'use strict'; return this })())",
  "#!/usr/bin/env node\nconsole.log('hash')",
  "return console.log('returned')",
  "console.log(new Error('shown', { cause: new TypeError('why') }), [new RangeError('in a list')], new AggregateError([new Error('a')], 'm'))",
  "function deep(n) { return n > 0 ? deep(n - 1) : new Error('deep') }\nconsole.log(deep(3).stack, deep(30).stack)",
  "const e = new Error('old'); e.message = 'new'; console.log(e); class E extends Error { name = 'Mine'; extra = 1 }\nconsole.log(new E('x'))",
  "try { null.x } catch (e) { e.message = 'changed'; console.log(e) }\nconst o = {}; (function f() { Error.captureStackTrace(o, f) })(); console.log(o.stack)",
  "console.log(Error, [TypeError]); for (const key in RangeError) console.log(key)",
  "Array.prototype.slice = Array.prototype.join = String.prototype.replaceAll = () => 'mine'; console.group('g'); console.log('a\\nb', { e: new Error('y') })",
  "let depth = 0; const dive = () => { depth++; dive() }; try { dive() } catch (e) { console.log(e instanceof RangeError, e.message, depth > 5000) }",
];

const UNCAUGHT_IN_THE_ISOLATE = [
  "throw new TypeError('boo')",
  "console.log('before')\nfunction f() {\n  null.x;\n}\nf()",
  "class MyError extends Error { constructor(m) { super(m); this.code = 7 } }\nif (true) { throw new MyError('mine') }",
  "[1].map(() => { throw new Error('inside', { cause: 'reason' }) })",
  "undefinedName",
  "class MyError extends Error { constructor(m, details) { super(m); Error.captureStackTrace(this, MyError); this.details = details } }\nthrow new MyError('m', { a: { b: { c: { d: {} } } } })",
  "const f = () => f(); f()",
];

/** Each shows something that only Node can show as Node does. */
const PROGRAMS_OF_NODE = [
  "console.log(Promise.resolve(4), new Promise(() => {}), [Promise.reject(1).catch(() => 2)])",
  "console.log(new Map([[1, 2]]).entries(), new Set([1]).values(), new Map([[1, 2]])[Symbol.iterator]())",
  "const it = new Map([[1, 2], [3, 4]]).keys(); it.next(); console.log(it)",
  "setTimeout(() => console.log('timeout'), 100); setImmediate(() => console.log('immediate')); Promise.resolve().then(() => console.log('then')); queueMicrotask(() => console.log('micro')); console.log('main')",
  "let n = 0; const t = setInterval(() => { console.log(++n); if (n === 3) clearInterval(t); }, 2)",
  "(async () => { await null; console.log('async') })(); function* g() { yield 1 } console.log([...g()])",
  "console.log(Buffer.from('héllo'), new URL('https://a.b:8080/c?d=1#e'), new URLSearchParams('a=1'), new TextEncoder().encode('é'))",
  "console.log(structuredClone({a: new Date(0), b: [1]}), atob('aGk='), btoa('hi')); structuredClone(() => 1)",
  "console.log(typeof require, typeof module, __filename, arguments.length)",
  "console.log(require('fs').readdirSync('.'), process.cwd(), process.argv.length, process.execArgv, require.main.filename)",
  "import fs from 'node:fs'; console.log(fs.readdirSync('.'), process.cwd())",
  "import os from 'node:os'; console.log(os.EOL, import.meta.url)",
  "const x = await Promise.resolve(5); console.log(x)",
  "const fs = require('fs'); fs.writeFileSync('a', 'x'); console.log(fs.existsSync('a'), require.main === module)",
  "console.table([{a: 1, b: 2}])",
  "process.on('exit', (code) => console.log('exit', code)); process.exitCode = 4",
  "let x = ;",
  "require('fs').readFileSync('/nowhere')",
  "const { Worker, isMainThread } = require('worker_threads'); if (isMainThread) new Worker('require(\"worker_threads\").parentPort.postMessage(7)', { eval: true }).on('message', console.log)",
  "console.log(require('child_process').execSync('echo hi').toString())",
  "console.log(globalThis === global, eval('1+1'), new Proxy({a: 1}, {}))",
  "Promise.reject(new RangeError('rejected'))",
  "Promise.reject({ no: 'error' })",
  "setTimeout(() => {\n  throw new Error('late')\n}, 1)",
  "function fail() { throw 'a string' }\nfail()",
  "const e = new Error('made here');\nfunction f() {\n  throw e;\n}\nf()",
  "JSON.parse('{bad')",
  "class MyError extends Error { constructor(m) { super(m); Error.captureStackTrace(this) } }\nthrow new MyError('m')",
  "require('os');\nthrow new Error('from node')",
];

describeWith("sandbox", "a JavaScript program in the sandbox prints what it prints outside", () => {
  const { javascript } = createRunners(createTestExecutor());

  it.each([
    ...PURE_PROGRAMS.map((code) => ["isolated-vm", code]),
    ...UNCAUGHT_IN_THE_ISOLATE.map((code) => ["isolated-vm", code]),
    ...PROGRAMS_OF_NODE.map((code) => ["node", code]),
  ])("with %s: %j", async (engine = "", code = "") => {
    const result = await javascript(code);
    expect(result.engine).toBe(engine);
    expect(normalise(result)).toEqual(normalise(runPlainly(code)));
  });
});
