import { unsupported } from "../failure.ts";
import { isParentheses, isSymbol, isWord, type Node, type Write } from "../syntax/syntax-tree.ts";
import type { CallRule } from "./call-rules.ts";

/** `e -> body` and `(e, place) -> body`; places count from 0 in GoogleSQL and from 1 in DuckDB. */
function lambdaText(nodes: readonly Node[], write: Write): string | null {
  const [head, minus, arrow] = nodes;
  if (!isSymbol(minus, "-") || !isSymbol(arrow, ">") || minus.end !== arrow.start) return null;
  const names = isParentheses(head) ? head.items.filter((node) => !isSymbol(node, ",")) : head ? [head] : [];
  const [element, place] = names;
  if (names.length > 2 || element?.kind !== "word") throw unsupported("This form of a lambda");
  const body = nodes.slice(3);
  if (place === undefined) return `${element.text} -> ${write(body)}`;
  if (place.kind !== "word") throw unsupported("This form of a lambda");
  return `(${element.text}, ${place.text}) -> ${write(shifted(body, place.text))}`;
}

function shifted(nodes: readonly Node[], name: string): readonly Node[] {
  return nodes.map((node, i) => {
    if (node.kind === "group") return { ...node, items: shifted(node.items, name) };
    const isPlace = isWord(node, name.toUpperCase()) && !isSymbol(nodes[i - 1], ".");
    return isPlace ? { ...node, text: `(${node.text} - 1)` } : node;
  });
}

function withLambda(name: string, list: string): CallRule {
  return (parts, write) => {
    const [array = [], second = []] = parts;
    const lambda = lambdaText(second, write);
    if (lambda !== null && parts.length === 2) return `${list}(${write(array)}, ${lambda})`;
    if (name === "ARRAY_INCLUDES" && parts.length === 2)
      return `GS_ARRAY_INCLUDES(${write(array)}, ${write(second)})`;
    throw unsupported(`This form of ${name}`);
  };
}

/** A lambda that finds something, as an array has no such function in DuckDB. */
const includes: CallRule = (parts, write, items) => {
  const text = withLambda("ARRAY_INCLUDES", "LIST_FILTER")(parts, write, items);
  return text.startsWith("LIST_FILTER(") ? `(GS_ARRAY_LENGTH(${text}) > 0)` : text;
};

/** Functions of arrays that take a lambda. */
export const ARRAY_RULES: Readonly<Record<string, CallRule>> = {
  ARRAY_FILTER: withLambda("ARRAY_FILTER", "LIST_FILTER"),
  ARRAY_TRANSFORM: withLambda("ARRAY_TRANSFORM", "LIST_TRANSFORM"),
  ARRAY_INCLUDES: includes,
};
