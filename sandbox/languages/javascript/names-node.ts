import { COMMONJS_NAMES, NODE_GLOBALS } from "./needs-node.ts";

/** Words of what Node runs alone: modules, and what only the engine knows the outcome of. */
const WORDS = ["import", "export", "async", "await"];
const NAMES = new RegExp(
  String.raw`(?<![\w$])(?:${[...NODE_GLOBALS, ...COMMONJS_NAMES, ...WORDS].join("|")})(?![\w$])`,
);

/**
 * True when a JavaScript program seems to need Node: it holds the name of something that only Node has. Which engine runs it is decided
 * by parsing, in the sandbox (choose-engine.ts); a wrong guess costs time and nothing else.
 */
export function namesNode(code: string): boolean {
  return NAMES.test(code);
}
