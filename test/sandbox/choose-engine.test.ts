import { describe, expect, it } from "@jest/globals";
import { chooseEngine } from "#sandbox/languages/javascript/choose-engine.ts";

describe("the choice of the JavaScript engine falls on Node for a program", () => {
  it.each([
    ["that names what only Node has", "process.exit()"],
    ["that names it with an escape", "proc\\u0065ss.exit()"],
    ["that names it in a template", `\`\${process}\``],
    ["that names it behind a dot", "(function () { return this.process })()"],
    ["that computes names", "globalThis['pro' + 'cess']"],
    ["that makes code of text", "eval('process')"],
    ["that makes functions of text", "new Function('return process')()"],
    ["whose scopes are unknown", "with ({}) x"],
    ["that is CommonJS", "module.exports = require('fs')"],
    ["that reads its wrapper's arguments", "console.log(arguments)"],
    ["that is a module", "import fs from 'fs'"],
    ["that imports later", "import('fs')"],
    ["that waits at its top level", "await 1"],
    ["that begins with HTML's comment", "--> comment"],
    ["that is no JavaScript", "this is no JavaScript"],
    ["that would leave its wrapper", "}); process.exit(); (function () {"],
    ["that has promises", "Promise.resolve()"],
    ["that has asynchronous functions", "const f = async () => 1"],
    ["that has asynchronous methods", "class A { async f() {} }"],
    ["that has timers", "setTimeout(() => 1)"],
    ["that needs Node's classes", "new URL('http://a')"],
    ["that looks behind things", "new Proxy({}, {})"],
    ["that prints tables", "console.table([])"],
    ["that passes the console on", "const { log } = console"],
    ["that computes the console's method", "console['log'](1)"],
    ["that may print the global object", "function f() { console.log(this) }\nf()"],
    ["that keeps an iterator", "const keys = new Map().keys()"],
    ["that keeps an unnamed iterator", "const all = new Set()[Symbol.iterator]()"],
    ["that computes an iterator's name", "map['keys']()"],
    ["that takes an iterator's method", "const { values } = Map.prototype"],
    ["that may leave a text uncaught", "throw 'text'"],
    ["that throws again what it caught", "try { f() } catch (error) { throw error }"],
    ["that throws from a function inside of try", "try { f(() => { throw 1 }) } catch {}"],
    ["that throws what is no error", "class A {}\nthrow new A()"],
    ["that may fail to parse a text", "JSON.parse(text)"],
    ["that writes stacks itself", "Error.prepareStackTrace = () => 1"],
    ["that takes stacks elsewhere", "Error.captureStackTrace(error)"],
    ["that replaces stacks", "error.stack = 'none'"],
    ["that removes stacks", "delete error.stack"],
  ])("%s: %j", (_, code) => {
    expect(chooseEngine(code)).toBe("node");
  });

  it("that nests deeper than the parser reaches", () => {
    expect(chooseEngine("[".repeat(1e5))).toBe("node");
    expect(chooseEngine(`x${" + x".repeat(1e5)}`)).toBe("node");
  });
});

describe("the choice of the JavaScript engine falls on the isolate for a program", () => {
  it.each([
    ["that is empty", ""],
    ["that prints", "console.log(1); [1].forEach(console.error)"],
    ["that mentions Node in a text", "const text = 'process.exit()' // require('fs')"],
    ["that mentions Node in a pattern", "/process/.exec('x')"],
    [
      "that calls its own things like CommonJS does",
      "const a = { module: 1, require() {} }; a.module; a.require()",
    ],
    ["that has names of its own", "undeclared.name"],
    ["that is modern", "class A { #x = 1n; static { A.#y() } static #y() { return arguments.length } }"],
    ["that uses this in classes", "class A { f() { return this } }"],
    ["that uses members of this", "function A() { this.a = 1 }\nnew A()"],
    [
      "that consumes iterators",
      "for (const [k] of m.entries()) f(...m.keys(), new Set(m.values()).size, m.keys().next())",
    ],
    ["that lists keys of objects", "Object.keys({}).concat(Object.entries({}))"],
    [
      "that throws errors",
      "class A extends Error {}\nfunction f() { throw new A('a') }\nthrow RangeError('b')",
    ],
    ["that catches what it throws", "try { throw 'text' } catch {}"],
    ["that parses safely", "JSON.parse(JSON.stringify({})); try { JSON.parse(text) } catch {}"],
  ])("%s: %j", (_, code) => {
    expect(chooseEngine(code)).toBe("isolated-vm");
  });
});
