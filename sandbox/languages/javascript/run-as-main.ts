import { unlinkSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";

/** The program as its own errors name it. */
export const PROGRAM_PATH = "/workspace/main.js";

const COMMONJS_PARAMETERS = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * Leaves the program to Node, which reads it from its file as ever and then finds no trace of it: the file is gone before the
 * first instruction. Node first loads it as CommonJS and, when that does not parse, a second time as an ES module.
 */
export function runAsMain(source: string): void {
  const url = pathToFileURL(PROGRAM_PATH).href;
  let loadsLeft = isCommonJs(source) ? 1 : 2;
  writeFileSync(PROGRAM_PATH, source);
  const hooks = registerHooks({
    load(address, context, nextLoad) {
      const loaded = nextLoad(address, context);
      if (address === url) loadsLeft -= 1;
      if (loadsLeft === 0) {
        hooks.deregister();
        unlinkSync(PROGRAM_PATH);
      }
      return loaded;
    },
  });
  // Processes that the program forks start as Node itself would start them.
  process.execArgv = [];
  for (const path of Object.keys(require.cache)) delete require.cache[path];
}

function isCommonJs(source: string): boolean {
  try {
    compileFunction(source.replace(/^#!/, "//"), COMMONJS_PARAMETERS);
    return true;
  } catch {
    return false;
  }
}
