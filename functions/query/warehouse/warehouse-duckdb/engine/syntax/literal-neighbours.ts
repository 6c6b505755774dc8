import { isSymbol, isWord, type Node } from "./syntax-tree.ts";

const ARITHMETIC = ["+", "-", "*", "/"];
const isOperator = (node: Node | undefined) => ARITHMETIC.some((sign) => isSymbol(node, sign));

/** Words that are no part of an operand. */
const KEYWORDS = [
  ...[
    "SELECT",
    "DISTINCT",
    "ALL",
    "FROM",
    "WHERE",
    "BY",
    "HAVING",
    "ON",
    "AND",
    "OR",
    "NOT",
    "IN",
    "IS",
    "LIKE",
  ],
  ...[
    "BETWEEN",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "AS",
    "LIMIT",
    "QUALIFY",
    "INTERVAL",
    "UNION",
    "OVER",
  ],
];

/** True for a node that a value can end with. */
export function endsOperand(node: Node | undefined): boolean {
  if (node === undefined || (node.kind === "word" && isWord(node, ...KEYWORDS))) return false;
  return node.kind !== "symbol";
}

/** The other operands of the chain of + - * / that a number at this place belongs to, without other numbers. */
export function operandsBeside(nodes: readonly Node[], at: number): (readonly Node[])[] {
  const found: (readonly Node[])[] = [];
  let start = at;
  while (isOperator(nodes[start - 1]) && endsOperand(nodes[start - 2])) {
    const end = start - 1;
    start = end - 1;
    while (isPart(nodes[start - 1], nodes[start])) start -= 1;
    found.push(nodes.slice(start, end));
  }
  let end = at + 1;
  while (isOperator(nodes[end])) {
    const from = end + 1;
    end = from + 1;
    if (!endsOperand(nodes[from])) break;
    while (isPart(nodes[end - 1], nodes[end])) end += 1;
    found.push(nodes.slice(from, end));
  }
  return found.filter((operand) => operand.length > 1 || operand[0]?.kind !== "number");
}

/** True when two neighbours belong to one operand: a path, a call, a subscript. */
function isPart(left: Node | undefined, right: Node | undefined): boolean {
  if (isSymbol(left, ".") || isSymbol(right, ".")) return true;
  return right?.kind === "group" && (endsOperand(left) || left?.kind === "group");
}

/** The other results of the CASE that a number is a result of, without other numbers. */
export function otherResults(nodes: readonly Node[], at: number): (readonly Node[])[] {
  if (!isWord(nodes[at - 1], "THEN", "ELSE") || !isWord(nodes[at + 1], "WHEN", "ELSE", "END")) return [];
  let depth = 0;
  let start = at;
  for (; start > 0 && (depth > 0 || !isWord(nodes[start], "CASE")); start -= 1) {
    if (isWord(nodes[start], "END")) depth += 1;
    else if (isWord(nodes[start], "CASE")) depth -= 1;
  }
  return results(nodes, start + 1).filter(([first]) => first?.kind !== "number" && !isWord(first, "NULL"));
}

/** The results of a CASE whose inside starts at a place. */
function results(nodes: readonly Node[], start: number): (readonly Node[])[] {
  const end = endOfCase(nodes, start);
  const found: (readonly Node[])[] = [];
  let from = -1;
  for (let at = start; at <= end; at += 1) {
    if (isWord(nodes[at], "CASE")) at = endOfCase(nodes, at + 1);
    else if (isWord(nodes[at], "WHEN", "THEN", "ELSE", "END")) {
      if (from >= 0) found.push(nodes.slice(from, at));
      from = isWord(nodes[at], "THEN", "ELSE") ? at + 1 : -1;
    }
  }
  return found;
}

/** Where the END of a CASE is whose inside starts at a place. */
function endOfCase(nodes: readonly Node[], start: number): number {
  let depth = 1;
  let at = start;
  for (; at < nodes.length; at += 1) {
    if (isWord(nodes[at], "CASE")) depth += 1;
    if (isWord(nodes[at], "END")) depth -= 1;
    if (depth === 0) break;
  }
  return at;
}
