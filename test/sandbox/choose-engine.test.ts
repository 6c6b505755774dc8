import { describe, expect, it } from "@jest/globals";
import { chooseEngine } from "#sandbox/languages/javascript/choose-engine.ts";

describe("the choice of the JavaScript engine", () => {
  it.each([
    "process.exit()",
    "require('fs')",
    "import fs from 'fs'",
    "import('fs')",
    "await 1",
    "globalThis['pro' + 'cess']",
    "new Function('return process')()",
    "eval('process')",
    "fetch('http://a')",
    "proc\\u0065ss.exit()",
    `\`\${process}\``,
    "with ({}) x",
    "new Proxy({}, {})",
    "module.exports = 1",
    "console.table([])",
    "this is no JavaScript",
    "}); process.exit(); (function () {",
  ])("falls on Node for %j", (code) => {
    expect(chooseEngine(code)).toBe("node");
  });

  it.each([
    "",
    "console.log(1)",
    "const text = 'process.exit()' // require('fs')",
    "/process/.exec('x')",
    "async function f() { await null }\nf()",
    "undeclared.name",
    "class A { #x = 1n; static { console.log(A.#y()) } static #y() { return arguments.length } }",
    "setTimeout(() => structuredClone(new Map()), 5)",
  ])("falls on the isolate for %j", (code) => {
    expect(chooseEngine(code)).toBe("isolated-vm");
  });
});
