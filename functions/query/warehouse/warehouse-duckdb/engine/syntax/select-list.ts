import { unsupported } from "../failure.ts";
import type { Token } from "./lexer.ts";
import { isParentheses, isSymbol, isWord, type Node, splitByComma } from "./syntax-tree.ts";

/**
 * Writes the name of an item that is a field of a value, as in `STRUCT(1 AS a).a`: the engine would give the column none.
 * @throws StatementFailure `unsupported_sql` for `value.*` and `table.column.*`
 */
export function nameFields(body: readonly Node[]): Node[] {
  const { prefix, as, items } = readSelectList(body);
  const start = body.slice(0, prefix.length + (as === null ? 0 : 2));
  const named = items.map((item) => {
    const last = item.nodes.at(-1);
    const star = item.nodes.findIndex((node, i) => isSymbol(node, "*") && isSymbol(item.nodes[i - 1], "."));
    if (star > 0 && !item.isStar) throw unsupported("A star after a value that is no name");
    if (star > 3) throw unsupported("A star after a field of a struct (name its fields instead)");
    if (last === undefined || item.isExplicit || item.name === null || isPath(item.nodes)) return item.nodes;
    const name = { kind: "quoted" as const, text: item.name, start: last.start, end: last.end };
    return [...item.nodes, { ...name, kind: "word" as const, text: "AS" }, name];
  });
  const place = body[0];
  const comma = (at: Node): Token => ({ kind: "symbol", text: ",", start: at.start, end: at.end });
  return [...start, ...named.flatMap((item, i) => (i === 0 || !place ? item : [comma(place), ...item]))];
}

/** One item of a SELECT list. */
export interface SelectItem {
  /** The column's name; null for a value that has none and for stars. */
  readonly name: string | null;
  /** True when the name was written with AS, or after the value. */
  readonly isExplicit: boolean;
  readonly isStar: boolean;
  /** The value without its alias. */
  readonly value: readonly Node[];
  /** The whole item. */
  readonly nodes: readonly Node[];
}

/** A SELECT list with what stands before it. */
export interface SelectList {
  /** `DISTINCT`, `ALL`. */
  readonly prefix: readonly Node[];
  readonly as: "STRUCT" | "VALUE" | null;
  readonly items: readonly SelectItem[];
}

/** Reads what follows SELECT. */
export function readSelectList(body: readonly Node[]): SelectList {
  const hasPrefix = isWord(body[0], "DISTINCT", "ALL");
  const start = hasPrefix ? 1 : 0;
  const kind = body[start + 1];
  const as =
    isWord(body[start], "AS") && isWord(kind, "STRUCT", "VALUE")
      ? (kind.text.toUpperCase() as "STRUCT" | "VALUE")
      : null;
  const parts = splitByComma(body.slice(start + (as === null ? 0 : 2)));
  // A comma may end the list.
  if (parts.length > 1 && parts.at(-1)?.length === 0) parts.pop();
  return { prefix: body.slice(0, start), as, items: parts.map(readItem) };
}

function readItem(nodes: readonly Node[]): SelectItem {
  const last = nodes.at(-1);
  const before = nodes.at(-2);
  const isStar = nodes.some(
    (node, i) => isSymbol(node, "*") && (i === 0 || isSymbol(nodes[i - 1], ".")) && i < 3 + nodes.length,
  );
  const plain = { isExplicit: false, isStar: isStar && isStarItem(nodes), value: nodes, nodes };
  if (plain.isStar || !isName(last)) return { ...plain, name: null };
  if (isWord(before, "AS")) return { ...plain, name: last.text, isExplicit: true, value: nodes.slice(0, -2) };
  if (isPath(nodes)) return { ...plain, name: lastName(last) };
  const endsValue = before !== undefined && !isSymbol(before, ".") && canEndValue(before);
  if (endsValue && !isWord(last, ...VALUE_WORDS))
    return { ...plain, name: last.text, isExplicit: true, value: nodes.slice(0, -1) };
  return { ...plain, name: isSymbol(before, ".") ? lastName(last) : null };
}

/** Words that end a value themselves. */
const VALUE_WORDS = ["END", "NULL", "TRUE", "FALSE", "UNKNOWN"];
/** Words that a value goes on after. */
const OPERATOR_WORDS = [
  ...["AND", "OR", "NOT", "IN", "IS", "LIKE", "BETWEEN", "CASE", "WHEN", "THEN", "ELSE", "FROM", "DISTINCT"],
  ...["BY", "ON", "ALL", "HAVING", "MAX", "MIN", "PRECEDING", "ROWS", "RANGE", "OFFSET", "LIMIT", "ZONE"],
  ...["INTERVAL", "ARRAY", "STRUCT", "OVER", "DATE", "TIMESTAMP", "DATETIME", "TIME", "NUMERIC", "JSON"],
];

function canEndValue(node: Node): boolean {
  if (node.kind === "symbol") return false;
  return node.kind !== "word" || !isWord(node, ...OPERATOR_WORDS);
}

/** True when a name at this place is a value: no alias, no field of another value and no function. */
export function startsValue(nodes: readonly Node[], at: number): boolean {
  const before = nodes[at - 1];
  if (isParentheses(nodes[at + 1]) || nodes[at + 1]?.kind === "string") return false;
  if (before === undefined) return true;
  if (before.kind === "symbol") return before.text !== ".";
  return isWord(before, ...OPERATOR_WORDS);
}

/** A word, or a name in backticks. */
export function isName(node: Node | undefined): node is Token {
  return node?.kind === "quoted" || node?.kind === "name" || node?.kind === "word";
}

function lastName(token: Token): string {
  return token.kind === "quoted" ? (token.text.split(".").at(-1) ?? token.text) : token.text;
}

/** True for `a.b.c`. */
export function isPath(nodes: readonly Node[]): boolean {
  const isLiteral =
    nodes.length === 1 && isWord(nodes[0], ...VALUE_WORDS, "CURRENT_DATE", "CURRENT_TIMESTAMP");
  return (
    nodes.length % 2 === 1 &&
    !isLiteral &&
    nodes.every((node, i) => (i % 2 === 0 ? isName(node) : isSymbol(node, ".")))
  );
}

function isStarItem(nodes: readonly Node[]): boolean {
  const star = nodes.findIndex((node) => isSymbol(node, "*"));
  return star === 0 || isPath(nodes.slice(0, Math.max(star - 1, 0)));
}
