import { formatWithOptions, type InspectOptions, inspect } from "node-inspect-extracted";

type Write = (descriptor: number, text: string) => void;

/** Node's console on two descriptors, without its tables and clocks (https://nodejs.org/api/console.html). */
export function createConsole(write: Write) {
  const counts = new Map<string, number>();
  let indentation = "";
  const print = (descriptor: number, text: string) => {
    const indented = indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
    write(descriptor, `${indented}\n`);
  };
  const log = (...values: unknown[]) => print(1, formatWithOptions({}, ...values));
  const error = (...values: unknown[]) => print(2, formatWithOptions({}, ...values));
  const group = (...labels: unknown[]) => {
    if (labels.length > 0) log(...labels);
    indentation += "  ";
  };
  return {
    log,
    info: log,
    debug: log,
    error,
    warn: error,
    dirxml: log,
    dir: (value: unknown, options: InspectOptions = {}) =>
      print(1, inspect(value, { customInspect: false, ...options })),
    trace: (...values: unknown[]) => {
      const trace = new Error(formatWithOptions({}, ...values));
      trace.name = "Trace";
      print(2, trace.stack ?? "Trace");
    },
    assert: (condition: unknown, ...values: unknown[]) => {
      if (condition) return;
      const [first, ...rest] = values;
      if (typeof first === "string") error(`Assertion failed: ${first}`, ...rest);
      else error(values.length === 0 ? "Assertion failed" : "Assertion failed:", ...values);
    },
    count: (label: unknown = "default") => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${label}: ${count}`);
    },
    countReset: (label: unknown = "default") => {
      counts.delete(String(label));
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indentation = indentation.slice(2);
    },
  };
}

/** What Node prints of a value that nobody caught, without place and version, which the host adds. */
export function describeUncaught(error: unknown): string {
  if (error instanceof Error) return inspect(error);
  return `Uncaught:\n${inspect(error)}\n(Use \`node --trace-uncaught ...\` to show where the exception was thrown)`;
}
