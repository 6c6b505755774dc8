import { createConsole, describeUncaught } from "./console.ts";
import { installStacks } from "./stacks.ts";

/**
 * Gives the isolate the one global that the language does not have, `console`. Evaluates to a function because a script has no
 * parameters.
 * @param write what the host lends; programs cannot reach it
 * @returns what runs a program; a text is what an uncaught error prints
 */
export function start(write: (descriptor: number, text: string) => void) {
  installStacks(Error);
  const value = createConsole(write);
  Object.defineProperty(globalThis, "console", {
    value,
    writable: true,
    configurable: true,
    enumerable: false,
  });
  return (main: (...parameters: unknown[]) => unknown): string | undefined => {
    try {
      main.call({});
      return undefined;
    } catch (error) {
      return describeUncaught(error);
    }
  };
}
