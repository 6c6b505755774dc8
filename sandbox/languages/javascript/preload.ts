import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import type * as Bundle from "./wait-for-program.ts";

/**
 * Compiles the bundle beside this file, with the bytecode that was made of it ahead of time. V8 refuses bytecode of another V8 or
 * of other flags, and then compiles the source.
 * @returns what the bundle exports
 */
function loadBundle(): typeof Bundle {
  const path = `${__dirname}/wait-for-program.cjs`;
  const script = new Script(readFileSync(path, "latin1"), {
    filename: path,
    cachedData: readFileSync(`${path}.cache`),
  });
  return script.runInThisContext()(require);
}

/** Only the main thread may change the working folder. `node:worker_threads` knows as well, and takes 2 ms to load. */
function isMainThread(): boolean {
  try {
    process.chdir(process.cwd());
    return true;
  } catch {
    return false;
  }
}

/** Runs before Node looks for the program's file; worker threads of the program come by here as well. */
function preload(): void {
  // The program finds no trace of this file, and processes that it forks start as Node itself would start them.
  delete require.cache[__filename];
  process.execArgv = [];
  Object.defineProperty(process, "_preload_modules", { value: [] });
  if (isMainThread()) loadBundle().waitForProgram(__dirname);
}

preload();
