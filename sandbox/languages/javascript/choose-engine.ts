import { type AnyNode, parse } from "acorn";
import { createNeedsNode, isGlobalOfNode } from "./needs-node.ts";

/** What runs a JavaScript program: a bare V8 isolate that has the language and `console`, or Node itself. */
export type Engine = "isolated-vm" | "node";

/**
 * Chooses the engine by parsing, before the first instruction: the isolate for a program that needs nothing but the language and
 * `console`, ends with its last statement, and cannot show a difference; Node for everything else. In doubt, Node is the right
 * answer. What does not parse as a script (modules, top-level await, errors) is Node's too, whose message is the best.
 */
export function chooseEngine(source: string): Engine {
  // An arrow that begins the program is a comment there, but not behind the isolate's wrapper.
  let namesGlobal = /^\s*-->/.test(source);
  try {
    const program = parse(source, {
      ecmaVersion: "latest",
      sourceType: "script",
      allowReturnOutsideFunction: true,
      allowHashBang: true,
      onToken: (token) => {
        namesGlobal ||= token.type.label === "name" && isGlobalOfNode(readName(token));
      },
    });
    return namesGlobal || someNode(program, [], createNeedsNode(program, source)) ? "node" : "isolated-vm";
  } catch {
    return "node";
  }
}

/** The name with its escapes resolved; acorn's types do not mention it. */
function readName(token: object): string {
  return "value" in token ? String(token.value) : "";
}

/** Whether the test holds for a node of the tree; it is given the node's ancestors, the nearest last. */
function someNode(
  node: AnyNode,
  ancestors: AnyNode[],
  test: (node: AnyNode, ancestors: readonly AnyNode[]) => boolean,
): boolean {
  if (test(node, ancestors)) return true;
  ancestors.push(node);
  for (const child of Object.values(node).flat()) {
    if (isNode(child) && someNode(child, ancestors, test)) return true;
  }
  ancestors.pop();
  return false;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
