import type { AnyNode, MemberExpression, Program, ThrowStatement } from "acorn";

type Rule = (node: AnyNode, ancestors: readonly AnyNode[]) => boolean;

/** Globals of the language that behave in the isolate as in Node; nothing of them is asynchronous. */
const LANGUAGE_GLOBALS = new Set(
  `undefined NaN Infinity Object Array String Number Boolean Symbol BigInt Math JSON Date RegExp Map Set WeakMap WeakSet Reflect
  Iterator Intl Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError ArrayBuffer DataView
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array Float16Array
  Float32Array Float64Array parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape
  unescape console`.split(/\s+/),
);

export const NODE_GLOBALS = new Set(
  [...Object.getOwnPropertyNames(globalThis), "fromAsync", "prepareStackTrace", "stackTraceLimit"].filter(
    (name) => !LANGUAGE_GLOBALS.has(name),
  ),
);

export const COMMONJS_NAMES = new Set(["require", "module", "exports", "__filename", "__dirname"]);

/** What may stand behind `console.`; the rest has clocks, tables or warnings. */
const CONSOLE_METHODS = new Set(
  "log info debug error warn dir dirxml assert count group groupCollapsed groupEnd trace".split(" "),
);
const ITERATOR_METHODS = new Set(["keys", "values", "entries"]);
const ERROR_CLASSES = new Set(
  "Error EvalError RangeError ReferenceError SyntaxError TypeError URIError".split(" "),
);

/**
 * Whether a name is one of Node's globals that the isolate lacks. The name counts in whatever role it stands, because a function
 * reaches the global object through `this`.
 */
export function isGlobalOfNode(name: string): boolean {
  return NODE_GLOBALS.has(name);
}

/** A test whether a node of a program can be told apart in the isolate, given its ancestors, the nearest last. */
export function createNeedsNode(program: Program, source: string): Rule {
  const errorClasses = findErrorClasses(program);
  const rules: readonly Rule[] = [
    isModuleOrUnknownScope,
    isAsynchronous,
    isCommonJsName,
    (node, ancestors) => isNamespace(node, ancestors, "console", (name) => CONSOLE_METHODS.has(name)),
    (node, ancestors) => isNamespace(node, ancestors, "Intl", () => true),
    mayBeGlobalObject,
    (node, ancestors) => node.type === "Identifier" && node.name === "arguments" && !isInFunction(ancestors),
    mayShowIterator,
    (node, ancestors) =>
      node.type === "ThrowStatement" && !hasKnownPlace(node, ancestors, source, errorClasses),
    isFragileParse,
    writesStack,
    (node) => node.type === "Identifier" && /^Weak/.test(node.name) && /%o|showHidden/.test(source),
  ];
  return (node, ancestors) => rules.some((rule) => rule(node, ancestors));
}

function isModuleOrUnknownScope(node: AnyNode): boolean {
  return node.type === "ImportExpression" || node.type === "WithStatement";
}

/** Only the engine itself knows what a promise has come to, which is what `console` prints of it. */
function isAsynchronous(node: AnyNode): boolean {
  return "async" in node && node.async === true;
}

function isCommonJsName(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  return node.type === "Identifier" && COMMONJS_NAMES.has(node.name) && !isKey(node, ancestors.at(-1));
}

/** Whether the node is a name behind a dot, or in front of a colon. */
function isKey(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === "MemberExpression") return parent.property === node && !parent.computed;
  if (parent?.type === "Property") return parent.key === node && !parent.computed && !parent.shorthand;
  return parent?.type === "MethodDefinition" || parent?.type === "PropertyDefinition"
    ? parent.key === node && !parent.computed
    : false;
}

/** Whether the object is used in another way than by a member that is known. */
function isNamespace(
  node: AnyNode,
  ancestors: readonly AnyNode[],
  name: string,
  isKnown: (member: string) => boolean,
): boolean {
  if (node.type !== "Identifier" || node.name !== name) return false;
  const parent = ancestors.at(-1);
  if (isKey(node, parent)) return false;
  return !(parent?.type === "MemberExpression" && parent.object === node && isKnown(readMember(parent)));
}

/** The name behind the dot; empty for one that is computed. */
function readMember(node: MemberExpression): string {
  return !node.computed && node.property.type === "Identifier" ? node.property.name : "";
}

/** Whether it is `this` as a whole where a call without an object makes it the global one, which looks different in Node. */
function mayBeGlobalObject(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  if (node.type !== "ThisExpression") return false;
  const parent = ancestors.at(-1);
  if (parent?.type === "MemberExpression" && parent.object === node && !parent.computed) return false;
  return isInFunction(ancestors) && !ancestors.some((ancestor) => isStrict(ancestor));
}

function isInFunction(ancestors: readonly AnyNode[]): boolean {
  return ancestors.some(({ type }) => type === "FunctionDeclaration" || type === "FunctionExpression");
}

function isStrict(node: AnyNode): boolean {
  if (node.type === "ClassBody") return true;
  if (node.type !== "Program" && node.type !== "BlockStatement") return false;
  return node.body.some((statement) => "directive" in statement && statement.directive === "use strict");
}

/**
 * Whether it can be an iterator of a Map or a Set that someone prints: Node shows what is left in it, which no program can find out
 * without taking it. One that is consumed where it is made is fine.
 */
function mayShowIterator(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  if (node.type === "Literal") return ITERATOR_METHODS.has(String(node.value));
  const parent = ancestors.at(-1);
  if (node.type === "Property" && parent?.type === "ObjectPattern") {
    return node.computed || (node.key.type === "Identifier" && ITERATOR_METHODS.has(node.key.name));
  }
  if (node.type !== "MemberExpression" || !givesIterator(node)) return false;
  if (parent?.type !== "CallExpression" || parent.callee !== node) return true;
  return !isConsumed(parent, ancestors.at(-2));
}

function givesIterator(node: MemberExpression): boolean {
  if (node.object.type === "Identifier" && node.object.name === "Object") return false;
  if (!node.computed) return ITERATOR_METHODS.has(readMember(node));
  return node.property.type === "MemberExpression" && readMember(node.property) === "iterator";
}

function isConsumed(call: AnyNode, user: AnyNode | undefined): boolean {
  switch (user?.type) {
    case "ForOfStatement":
      return user.right === call;
    case "SpreadElement":
    case "MemberExpression":
      return true;
    case "YieldExpression":
      return user.delegate;
    case "VariableDeclarator":
      return user.id.type === "ArrayPattern";
    case "NewExpression":
      return user.callee.type === "Identifier" && /^(?:Map|Set)$/.test(user.callee.name);
    case "CallExpression":
      return user.callee.type === "MemberExpression" && /^from(?:Entries)?$/.test(readMember(user.callee));
    default:
      return false;
  }
}

/** Whether what an uncaught error prints, the place of its `throw`, follows from the error; else only the engine knows it. */
function hasKnownPlace(
  node: ThrowStatement,
  ancestors: readonly AnyNode[],
  source: string,
  errorClasses: ReadonlySet<string>,
): boolean {
  if (isCaught(node, ancestors)) return true;
  const { argument } = node;
  if (!/^throw[ \t]+$/.test(source.slice(node.start, argument.start))) return false;
  const isMade = argument.type === "NewExpression" || argument.type === "CallExpression";
  return isMade && argument.callee.type === "Identifier" && errorClasses.has(argument.callee.name);
}

/** Whether it gives an error another stack, from which the place of its `throw` does not follow. */
function writesStack(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  if (node.type !== "MemberExpression") return node.type === "Literal" && node.value === "stack";
  const parent = ancestors.at(-1);
  if (readMember(node) === "captureStackTrace")
    return parent?.type !== "CallExpression" || parent.arguments.length < 2;
  if (readMember(node) !== "stack") return false;
  return (
    parent?.type === "UnaryExpression" || (parent?.type === "AssignmentExpression" && parent.left === node)
  );
}

/** Whether it is a JSON.parse whose error may stay uncaught: Node then shows the text that is no JSON. */
function isFragileParse(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  if (!isMemberOf(node, "JSON", "parse")) return false;
  const call = ancestors.at(-1);
  const text = call?.type === "CallExpression" ? call.arguments[0] : undefined;
  const isSound = text?.type === "CallExpression" && isMemberOf(text.callee, "JSON", "stringify");
  return !isSound && !isCaught(node, ancestors);
}

function isMemberOf(node: AnyNode, object: string, member: string): boolean {
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === object &&
    readMember(node) === member
  );
}

function isCaught(node: AnyNode, ancestors: readonly AnyNode[]): boolean {
  const path = [...ancestors, node];
  const start = path.findLastIndex(({ type }) => /Function|StaticBlock/.test(type));
  return path.some(
    (ancestor, index) =>
      index > start &&
      ancestor.type === "TryStatement" &&
      ancestor.handler &&
      path[index + 1] === ancestor.block,
  );
}

/** The names of the errors of the language, and of classes that extend them. */
function findErrorClasses(program: Program): ReadonlySet<string> {
  const names = new Set(ERROR_CLASSES);
  for (const statement of program.body) {
    if (statement.type !== "ClassDeclaration" || statement.superClass?.type !== "Identifier") continue;
    if (names.has(statement.superClass.name)) names.add(statement.id.name);
  }
  return names;
}
