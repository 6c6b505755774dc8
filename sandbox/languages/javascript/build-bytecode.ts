import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { argv } from "node:process";
import { Script } from "node:vm";
import { TYPICAL_PROGRAMS } from "./typical-programs.ts";
import type * as Bundle from "./wait-for-program.ts";

/** Has every part of the language in it, so that the functions that parse it have run. */
const SAMPLE_PROGRAM = `"use strict";
const { a, ...b } = { a: [1, 2.5e3, 0x1f, 10n], "b": \`t\${1}\`, [\`c\`]: /x[y]/g, get d() { return this?.a ?? null; } };
class A extends Map { #x = 1; static y = 2; constructor() { super(); } async *z(p = 1, ...q) { yield* q; await p; } }
async function f(x, y) { for (const i of x) { if (i > 1 && !y) continue; else break; } for (let i = 0; i < 1; i++) a[i] += 1; }
label: while (false) { do { switch (a) { case 1: break label; default: } } while (a--); }
try { throw new Error("x"); } catch (error) { delete b.a; } finally { typeof a, void 0; }
const g = async (x) => (x, { f, g: x ? 1 : 2 }); // comment
/* comment */ var h = function* () { const i = yield 1; return i ** 2 | 1 << 2; }, [j, , k = 1] = [..."ab"];`;

const [, , folder = "."] = argv;
const path = `${folder}/wait-for-program.cjs`;
const script = new Script(readFileSync(path, "latin1"), { filename: path });
const bundle: typeof Bundle = script.runInThisContext()(createRequire(path));
const prepared = bundle.prepareIsolate(folder);
for (const program of [SAMPLE_PROGRAM, ...TYPICAL_PROGRAMS]) bundle.chooseEngine(program);
const exitCode = bundle.runInIsolate(prepared, SAMPLE_PROGRAM);
if (exitCode !== 0) throw new Error("The sample program failed.");
writeFileSync(`${path}.cache`, script.createCachedData());
