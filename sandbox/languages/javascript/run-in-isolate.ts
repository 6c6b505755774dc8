import { describeRejection, showFatal } from "./fatal-error.ts";
import { type PreparedIsolate, writeAll } from "./prepare-isolate.ts";
import { PROGRAM_PATH } from "./program-path.ts";

const WRAPPER_HEAD = "(function () { ";
const WRAPPER_TAIL = "\n})";

/**
 * Runs a program in its isolate on this thread, and the promise jobs that it leaves.
 * @returns the exit code that Node would end with
 */
export function runInIsolate({ isolate, context, runMain }: PreparedIsolate, source: string): number {
  try {
    const wrapped = WRAPPER_HEAD + source.replace(/^#!/, "//") + WRAPPER_TAIL;
    const script = isolate.compileScriptSync(wrapped, {
      filename: PROGRAM_PATH,
      columnOffset: -WRAPPER_HEAD.length,
    });
    const main = script.runSync(context, { reference: true });
    const fatal = runMain.applySync(undefined, [main.derefInto()]);
    if (fatal === undefined) return 0;
    showFatal(fatal, source);
    return 1;
  } catch (error) {
    if (isolate.isDisposed) failForWantOfMemory();
    showFatal(describeRejection(error), source);
    return 1;
  }
}

/** Ends as Node does when V8's heap is full: the supervisor tells from the message what happened. */
function failForWantOfMemory(): never {
  writeAll(2, "\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n");
  process.abort();
}
