import { parse } from "acorn";

/** What runs a JavaScript program: a bare V8 isolate with the globals below, or Node itself. */
export type Engine = "isolated-vm" | "node";

/** Globals that the isolate has and that behave there as in Node; each other global of Node makes the choice fall on Node. */
const ISOLATE_GLOBALS = new Set(
  `undefined NaN Infinity Object Array String Number Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap WeakSet Promise
  Reflect Iterator Intl Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError ArrayBuffer
  DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array
  Float32Array Float64Array parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape
  unescape console setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask structuredClone
  performance Buffer URL URLSearchParams TextEncoder TextDecoder atob btoa`.split(/\s+/),
);

/** Names of CommonJS, and members that the isolate's console and performance lack. */
const NODE_NAMES =
  `require module exports __filename __dirname table time timeEnd timeLog timeStamp profile profileEnd mark measure
  timeOrigin prepareStackTrace`.split(/\s+/);

const NEEDS_NODE = new Set(
  [...Object.getOwnPropertyNames(globalThis), ...NODE_NAMES].filter((name) => !ISOLATE_GLOBALS.has(name)),
);

/** Modules, and scopes whose names cannot be known. */
const NODE_KEYWORDS = new Set(["import", "export", "with"]);

/**
 * Chooses the engine by parsing, before the first instruction: the isolate for a program that names nothing but the language and
 * the globals above, Node for everything else. A name counts in whatever role it stands: Node is the safe answer. What does not
 * parse as a script (modules, top-level await, errors) is Node's too, whose message is the best.
 */
export function chooseEngine(source: string): Engine {
  let needsNode = false;
  try {
    parse(source, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowHashBang: true,
      onToken: (token) => {
        const isName = token.type.label === "name";
        needsNode ||= isName ? NEEDS_NODE.has(readName(token)) : NODE_KEYWORDS.has(token.type.label);
      },
    });
  } catch {
    return "node";
  }
  return needsNode ? "node" : "isolated-vm";
}

/** The name with its escapes resolved; acorn's types do not mention it. */
function readName(token: object): string {
  return "value" in token ? String(token.value) : "";
}
