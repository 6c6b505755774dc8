/** Under a program's main module, as Node 24 shows it; the isolate has other frames there. */
const FRAMES_OF_NODE = [
  "Module._compile (node:internal/modules/cjs/loader:1929:14)",
  "Object..js (node:internal/modules/cjs/loader:2060:10)",
  "Module.load (node:internal/modules/cjs/loader:1651:32)",
  "Module._load (node:internal/modules/cjs/loader:1443:12)",
  "wrapModuleLoad (node:internal/modules/cjs/loader:261:19)",
  "Module.executeUserEntryPoint [as runMain] (node:internal/modules/run_main:154:5)",
  "node:internal/main/run_main_module:33:47",
];
const OWN_FILE = "node:internal/prelude";

/**
 * Writes stacks as Node does (https://nodejs.org/api/errors.html#errorstack): when they are first read, with the error's name and
 * message of that moment, and with Node's own frames below the program's.
 */
export function installStacks(errorClass: ErrorConstructor): void {
  const describe = Error.prototype.toString;
  const call = Function.prototype.call;
  const toText = call.bind(describe);
  errorClass.prepareStackTrace = function ErrorPrepareStackTrace(error: Error, trace: NodeJS.CallSite[]) {
    const limit = errorClass.stackTraceLimit;
    const own = trace.findLastIndex((frame) => frame.getFileName() !== OWN_FILE) + 1;
    const below = own < trace.length ? FRAMES_OF_NODE : [];
    const frames = [...trace.slice(0, own).map(String), ...below].slice(0, limit);
    return [toText(error), ...frames].join("\n    at ");
  };
}
