import { describe, expect, it } from "@jest/globals";
import { chooseEngine } from "#sandbox/languages/javascript/choose-engine.ts";
import { namesNode } from "#sandbox/languages/javascript/names-node.ts";

const NAMES_IT = [
  "const fs = require('fs')",
  "import fs from 'node:fs'",
  "export default 1",
  "setTimeout(() => console.log(1), 10)",
  "async function main() {}\nmain()",
  "await fetch('x')",
  "new Promise((resolve) => resolve(1))",
  "console.log(process.argv)",
  "Buffer.from('a')",
  "console.log(globalThis)",
];

const DOES_NOT = [
  "console.log('hello')",
  "const required = 1, asyncs = 2, $process = 3, process_ = 4;\nconsole.log(required + asyncs + $process + process_)",
  "class A extends Map {}\nconsole.log([...new A().keys()])",
];

describe("the guess whether a JavaScript program needs Node", () => {
  it.each(NAMES_IT)("is yes for one that names what only Node has: %j", (code) => {
    expect(namesNode(code)).toBe(true);
    expect(chooseEngine(code)).toBe("node");
  });

  it.each(DOES_NOT)("is no for one of the language alone: %j", (code) => {
    expect(namesNode(code)).toBe(false);
    expect(chooseEngine(code)).toBe("isolated-vm");
  });

  it("may be wrong about text that is no code, which costs no more than time", () => {
    expect(namesNode("console.log('we await you')")).toBe(true);
    expect(chooseEngine("console.log('we await you')")).toBe("isolated-vm");
  });

  it("takes no longer for the longest program than for reading it", () => {
    const start = performance.now();
    expect(namesNode("x".repeat(1024 * 1024))).toBe(false);
    expect(namesNode("requir ".repeat(150_000))).toBe(false);
    // By trying each place anew it would be many minutes.
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});
