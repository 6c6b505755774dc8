import { readFileSync, writeSync } from "node:fs";
import type IsolatedVm from "isolated-vm";
import { describeRejection, showFatal } from "./fatal-error.ts";
import { PROGRAM_PATH } from "./run-as-main.ts";

/** Below the jail's limit, so that the isolate's own message comes first. */
const MEMORY_LIMIT_MIB = 256;
const WRAPPER_HEAD = "(function (exports, require, module, __filename, __dirname) { ";
const WRAPPER_TAIL = "\n})";

/** What the prelude gives to its host: each call runs code of the program and tells how it went. */
interface PreludeReferences {
  /** Runs the program; a text is what an uncaught error prints. */
  readonly runMain: IsolatedVm.Reference<(main: unknown) => string | undefined>;
  /** Milliseconds until the next timer; negative when nothing is left that keeps the program alive. */
  readonly untilNext: IsolatedVm.Reference<() => number>;
  readonly runNext: IsolatedVm.Reference<() => string | undefined>;
}

/**
 * Runs a program in an isolate on this thread until no timer is left.
 * @returns the exit code that Node would end with
 */
export function runInIsolate(source: string): number {
  const ivm: typeof IsolatedVm = require("./isolated-vm.node").ivm;
  const isolate = new ivm.Isolate({ memoryLimit: MEMORY_LIMIT_MIB });
  const context = isolate.createContextSync();
  const prelude = loadPrelude(ivm, isolate, context);
  // They are large, and few programs name them. An escape may spell the name.
  if (/URL|\\u/.test(source)) loadScript(isolate, context, "urls").applySync(undefined, []);
  try {
    const wrapped = WRAPPER_HEAD + source.replace(/^#!/, "//") + WRAPPER_TAIL;
    const script = isolate.compileScriptSync(wrapped, {
      filename: PROGRAM_PATH,
      columnOffset: -WRAPPER_HEAD.length,
    });
    const main = script.runSync(context, { reference: true });
    return runToTheEnd(prelude, main, source);
  } catch (error) {
    if (isolate.isDisposed) failForWantOfMemory();
    showFatal(describeRejection(error), source);
    return 1;
  }
}

function runToTheEnd(prelude: PreludeReferences, main: IsolatedVm.Reference, source: string): number {
  let fatal = prelude.runMain.applySync(undefined, [main.derefInto()]);
  while (fatal === undefined) {
    const wait = prelude.untilNext.applySync(undefined, []);
    if (wait < 0) return 0;
    if (wait > 0) sleep(wait);
    fatal = prelude.runNext.applySync(undefined, []);
  }
  showFatal(fatal, source);
  return 1;
}

function loadScript(isolate: IsolatedVm.Isolate, context: IsolatedVm.Context, name: string) {
  const code = readFileSync(`${__dirname}/${name}.js`, "utf8");
  const script = isolate.compileScriptSync(code, { filename: `node:internal/${name}` });
  return script.runSync(context, { reference: true });
}

function loadPrelude(ivm: typeof IsolatedVm, isolate: IsolatedVm.Isolate, context: IsolatedVm.Context) {
  const prelude: IsolatedVm.Reference = loadScript(isolate, context, "prelude").applySync(
    undefined,
    [
      new ivm.Callback(writeAll),
      new ivm.Callback(() => performance.now()),
      new ivm.Callback((value: unknown) => structuredClone(value)),
      new ivm.Callback(decodeText),
    ],
    { result: { reference: true } },
  );
  return {
    runMain: prelude.getSync("runMain", { reference: true }),
    untilNext: prelude.getSync("untilNext", { reference: true }),
    runNext: prelude.getSync("runNext", { reference: true }),
  };
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  let offset = 0;
  while (offset < bytes.length) offset += writeSync(descriptor, bytes, offset);
}

function decodeText(label: string, fatal: boolean, ignoreBOM: boolean, bytes: Uint8Array): string {
  return new TextDecoder(label, { fatal, ignoreBOM }).decode(bytes);
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Ends as Node does when V8's heap is full: the supervisor tells from the message what happened. */
function failForWantOfMemory(): never {
  writeAll(2, "\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n");
  process.abort();
}
