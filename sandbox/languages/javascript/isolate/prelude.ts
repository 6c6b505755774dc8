import { Buffer } from "buffer/";
import { createConsole, describeUncaught } from "./console.ts";
import { installStacks } from "./stacks.ts";
import { createTextDecoder, createTextEncoder, decodeBase64, encodeBase64 } from "./text.ts";
import { createTimers } from "./timers.ts";

/** What the host lends to the prelude; none of it is reachable for the program. */
type Write = (descriptor: number, text: string) => void;
type Decode = (label: string, fatal: boolean, ignoreBOM: boolean, bytes: Uint8Array) => string;

/**
 * Gives the isolate the globals that the language does not have, and the host the three calls that run a program. Evaluates to a
 * function because a script has no parameters.
 */
export function start(write: Write, now: () => number, clone: (value: unknown) => unknown, decode: Decode) {
  installStacks(Error);
  const timers = createTimers(now);
  const globals = {
    console: createConsole(write),
    ...timers.globals,
    queueMicrotask: (callback: () => void) => {
      Promise.resolve().then(callback);
    },
    structuredClone: (value: unknown) => clone(value),
    performance: { now: () => now() },
    Buffer,
    TextEncoder: createTextEncoder(Buffer),
    TextDecoder: createTextDecoder(decode),
    atob: decodeBase64,
    btoa: encodeBase64,
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  }
  return {
    runMain: (main: (...parameters: unknown[]) => unknown) => guard(() => main.call({})),
    untilNext: timers.untilNext,
    runNext: () => guard(timers.runNext),
  };
}

function guard(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return describeUncaught(error);
  }
}
