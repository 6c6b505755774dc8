import { formatWithOptions, inspect } from "node-inspect-extracted";

type Write = (descriptor: number, text: string) => void;
type Method = (...values: unknown[]) => void;
type MethodName =
  | "log"
  | "info"
  | "debug"
  | "error"
  | "warn"
  | "dirxml"
  | "dir"
  | "trace"
  | "assert"
  | "count"
  | "countReset"
  | "group"
  | "groupCollapsed"
  | "groupEnd";

/** As they are before a program can replace them. */
const { captureStackTrace } = Error;
const { assign } = Object;
const replaceAll = Function.prototype.call.bind(String.prototype.replaceAll);
const slice = Function.prototype.call.bind(String.prototype.slice);

/**
 * Node's console on two descriptors, without its tables and clocks (https://nodejs.org/api/console.html). As there, methods are
 * bound, and those that use another one call whatever stands in its place.
 */
export function createConsole(write: Write) {
  const counts = new Map<string, number>();
  let indentation = "";
  const print = (descriptor: number, text: string) => {
    const indented = indentation === "" ? text : indentation + replaceAll(text, "\n", `\n${indentation}`);
    write(descriptor, `${indented}\n`);
  };
  const printTo =
    (descriptor: number) =>
    (...values: unknown[]) => {
      print(descriptor, formatWithOptions({}, ...values));
    };
  const group = (...labels: unknown[]) => {
    if (labels.length > 0) console.log(...labels);
    indentation += "  ";
  };
  const trace = (...values: unknown[]) => {
    const error = { name: "Trace", message: formatWithOptions({}, ...values), stack: "" };
    captureStackTrace(error, trace);
    console.error(error.stack);
  };
  const methods: Record<MethodName, Method> = {
    log: printTo(1),
    info: printTo(1),
    debug: printTo(1),
    error: printTo(2),
    warn: printTo(2),
    dirxml: printTo(1),
    dir(value: unknown, options: unknown) {
      print(1, inspect(value, assign({ customInspect: false }, options)));
    },
    trace,
    assert(condition: unknown, ...values: unknown[]) {
      if (condition) return;
      const [first, ...rest] = values;
      if (typeof first === "string") console.warn(`Assertion failed: ${first}`, ...rest);
      else console.warn("Assertion failed", ...values);
    },
    count(label: unknown = "default") {
      const name = `${label}`;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      console.log(`${name}: ${count}`);
    },
    countReset(label: unknown = "default") {
      counts.delete(`${label}`);
    },
    group,
    groupCollapsed: group,
    groupEnd() {
      indentation = slice(indentation, 2);
    },
  };
  const console = bindAll(methods);
  return console;
}

/** The methods as bound functions that carry their names. */
function bindAll(methods: Record<MethodName, Method>): Record<MethodName, Method> {
  const bound = { ...methods };
  for (const [name, method] of Object.entries(methods)) {
    const value = Object.defineProperty(method.bind(bound), "name", { value: name });
    Object.defineProperty(bound, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return bound;
}

/** What Node prints of a value that nobody caught, without place and version, which the host adds. */
export function describeUncaught(error: unknown): string {
  if (error instanceof Error) return inspect(error, { customInspect: false, depth: 5 });
  return `Uncaught:\n${inspect(error)}\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)`;
}
