import { StatementFailure } from "./failure.ts";
import type { Token } from "./lexer.ts";
import { type Cursor, isSymbol, isWord, type Node } from "./syntax-tree.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_INT32 = 2n ** 31n - 1n;

/**
 * Writes a number. A whole one is an INT64, which DuckDB takes for 32 bits; one with a point is a FLOAT64, which DuckDB takes
 * for a decimal, unless it is part of a calculation with a NUMERIC: there GoogleSQL coerces the literal
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules).
 * @throws StatementFailure `invalid_query` beyond 64 bits
 */
export function writeNumber(cursor: Cursor, token: Token): void {
  cursor.at += 1;
  if (/^(0x[\da-f]+|\d+)$/i.test(token.text)) writeWhole(cursor, BigInt(token.text));
  else writeFloat(cursor, token.text);
}

function writeWhole(cursor: Cursor, value: bigint): void {
  const { nodes, out } = cursor;
  const at = cursor.at - 1;
  const isSigned = isSymbol(nodes[at - 1], "-") && !endsOperand(nodes[at - 2]);
  if (value > MAX_INT64) {
    if (!isSigned || value > MAX_INT64 + 1n)
      throw new StatementFailure("invalid_query", `Invalid integer literal: ${value}.`);
    out.pop();
    push(cursor, `CAST('-${value}' AS INT64)`);
    return;
  }
  // DuckDB adds only its own 32 bits to a DATE.
  const isAdded = isSymbol(nodes[at - 1], "+") || (isSymbol(nodes[at - 1], "-") && !isSigned);
  const isPlain = value <= MAX_INT32 && (isAdded || isPosition(nodes, at));
  push(cursor, isPlain ? `${value}` : `CAST(${value} AS INT64)`);
}

function push(cursor: Cursor, text: string): void {
  cursor.valueStart = cursor.out.length;
  cursor.out.push(text);
}

const ENDS_ITEM = ["ASC", "DESC", "NULLS", "HAVING", "ORDER", "LIMIT", "QUALIFY", "WINDOW", "ROWS", "RANGE"];
const SET_WORDS = ["UNION", "INTERSECT", "EXCEPT", "OFFSET"];
const CLAUSES = ["SELECT", "FROM", "WHERE", "HAVING", "ON", "QUALIFY", "WINDOW", "LIMIT", "BY"];

/** True where a number is no value: a column's place after BY, a count of rows, a bound of a frame. */
function isPosition(nodes: readonly Node[], at: number): boolean {
  const [before, after] = [nodes[at - 1], nodes[at + 1]];
  if (isWord(before, "LIMIT", "OFFSET") || isWord(after, "PRECEDING", "FOLLOWING", "ROWS", "PERCENT"))
    return true;
  const isAlone = after === undefined || isSymbol(after, ",") || isWord(after, ...ENDS_ITEM, ...SET_WORDS);
  if (!isAlone || !(isWord(before, "BY") || isSymbol(before, ","))) return false;
  return isWord(
    nodes.slice(0, at).findLast((node) => isWord(node, ...CLAUSES)),
    "BY",
  );
}

function writeFloat(cursor: Cursor, text: string): void {
  // DuckDB takes a number with an exponent for a FLOAT64.
  const float = /e/i.test(text) ? text : `${text.replace(/\.$/, ".0")}e0`;
  const beside = operandsBeside(cursor.nodes, cursor.at - 1).map((nodes) => `(${cursor.write(nodes)})`);
  if (beside.length === 0) push(cursor, float);
  else
    push(
      cursor,
      `GS_INNER_LITERAL_LIKE(${float}, ${beside.length === 1 ? beside[0] : `COALESCE(${beside.join(", ")})`})`,
    );
}

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
function endsOperand(node: Node | undefined): boolean {
  if (node === undefined || (node.kind === "word" && isWord(node, ...KEYWORDS))) return false;
  return node.kind !== "symbol";
}

/** The other operands of the chain of + - * / that a number at this place belongs to, without other numbers. */
function operandsBeside(nodes: readonly Node[], at: number): (readonly Node[])[] {
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
