import type IsolatedVm from "isolated-vm";
import { describeRejection, showFatal } from "./fatal-error.ts";
import { type Prelude, type PreparedIsolate, writeAll } from "./prepare-isolate.ts";
import { PROGRAM_PATH } from "./program-path.ts";

const WRAPPER_HEAD = "(function (exports, require, module, __filename, __dirname) { ";
const WRAPPER_TAIL = "\n})";

/**
 * Runs a program in its isolate on this thread until no timer is left.
 * @returns the exit code that Node would end with
 */
export function runInIsolate(prepared: PreparedIsolate, source: string): number {
  const { isolate, context } = prepared;
  // They are large, and few programs name them. An escape may spell the name.
  if (/URL|\\u/.test(source)) prepared.loadScript("urls");
  prepared.startClock();
  try {
    const wrapped = WRAPPER_HEAD + source.replace(/^#!/, "//") + WRAPPER_TAIL;
    const script = isolate.compileScriptSync(wrapped, {
      filename: PROGRAM_PATH,
      columnOffset: -WRAPPER_HEAD.length,
    });
    const main = script.runSync(context, { reference: true });
    return runToTheEnd(prepared.prelude, main, source);
  } catch (error) {
    if (isolate.isDisposed) failForWantOfMemory();
    showFatal(describeRejection(error), source);
    return 1;
  }
}

function runToTheEnd(prelude: Prelude, main: IsolatedVm.Reference, source: string): number {
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

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** Ends as Node does when V8's heap is full: the supervisor tells from the message what happened. */
function failForWantOfMemory(): never {
  writeAll(2, "\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n");
  process.abort();
}
