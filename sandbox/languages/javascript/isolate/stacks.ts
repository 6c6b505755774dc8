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
 * message of that moment, and with Node's own frames below the program's. Calls no method that a program may have replaced.
 */
export function installStacks(errorClass: ErrorConstructor): void {
  const toText = Function.prototype.call.bind(Error.prototype.toString);
  const prepare = function ErrorPrepareStackTrace(error: Error, trace: NodeJS.CallSite[]) {
    let own = trace.length;
    while (own > 0 && trace[own - 1]?.getFileName() === OWN_FILE) own--;
    let text: string = toText(error);
    for (let i = 0; i < own; i++) text += `\n    at ${trace[i]}`;
    if (own === trace.length) return text;
    const rest = errorClass.stackTraceLimit - own;
    for (let i = 0; i < rest && i < FRAMES_OF_NODE.length; i++) text += `\n    at ${FRAMES_OF_NODE[i]}`;
    return text;
  };
  Object.defineProperty(errorClass, "prepareStackTrace", {
    value: prepare,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
