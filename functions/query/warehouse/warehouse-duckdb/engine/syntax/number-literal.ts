import { StatementFailure } from "../failure.ts";
import { placeOf, type Token } from "./lexer.ts";
import { endsOperand, operandsBeside, otherResults } from "./literal-neighbours.ts";
import { type Cursor, isSymbol, isWord, type Node, type Write } from "./syntax-tree.ts";

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_INT32 = 2n ** 31n - 1n;

/**
 * Writes a number. A whole one is an INT64, which DuckDB takes for 32 bits; one with a point is a FLOAT64, which DuckDB takes
 * for a decimal, unless it is part of a calculation with a NUMERIC: there GoogleSQL coerces the literal
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_rules).
 * @throws StatementFailure `invalid_query` beyond 64 bits
 */
export function writeNumber(cursor: Cursor, token: Token): void {
  const next = cursor.sql.slice(token.end, token.end + 1);
  if (/[\p{L}\p{N}_]/u.test(next) && cursor.sql.slice(token.start, token.end) === token.text)
    throw new StatementFailure(
      "invalid_query",
      `Missing white space after the number at ${placeOf(cursor.sql, token.end)}.`,
    );
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

/** DuckDB takes a number with an exponent for a FLOAT64. */
function floatText(text: string): string {
  return /e/i.test(text) ? text : `${text.replace(/\.$/, ".0")}e0`;
}

const isFloat = (node: Node | undefined) =>
  node?.kind === "number" && /[.e]/i.test(node.text) && !/^0x/i.test(node.text);

/**
 * Coerces literals with a point that are an argument of their own to the type of the other arguments, as in COALESCE(x, 0.5).
 * @param parts the arguments that share one type
 */
export function coerceFloats(
  parts: readonly (readonly Node[])[],
  write: Write,
): readonly (readonly Node[])[] {
  const others = parts.filter((part) => !isFloat(part[0]) && !isWord(part[0], "NULL"));
  if (others.length === 0) return parts;
  const beside = others.map((part) => `(${write(part)})`);
  return parts.map((part) => {
    const [only] = part;
    if (part.length !== 1 || only?.kind !== "number" || !isFloat(only)) return part;
    return [{ ...only, kind: "word", text: likeText(floatText(only.text), beside) }];
  });
}

function likeText(float: string, beside: readonly string[]): string {
  return `GS_INNER_LITERAL_LIKE(${float}, ${beside.length === 1 ? beside[0] : `COALESCE(${beside.join(", ")})`})`;
}

function writeFloat(cursor: Cursor, text: string): void {
  const float = floatText(text);
  const at = cursor.at - 1;
  const operands = [...operandsBeside(cursor.nodes, at), ...otherResults(cursor.nodes, at)];
  const beside = operands.map((nodes) => `(${cursor.write(nodes)})`);
  if (beside.length === 0) push(cursor, float);
  else push(cursor, likeText(float, beside));
}

/** Numbers in ROLLUP, CUBE and GROUPING SETS are places of columns. */
export function withPositions(nodes: readonly Node[]): readonly Node[] {
  return nodes.map((node) => {
    if (node.kind === "group") return { ...node, items: withPositions(node.items) };
    return node.kind === "number" ? { ...node, kind: "word" } : node;
  });
}
