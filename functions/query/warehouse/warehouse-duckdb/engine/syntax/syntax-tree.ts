import { StatementFailure } from "../failure.ts";
import { placeOf, type Token } from "./lexer.ts";

/** Tokens between a pair of brackets. */
export interface Group {
  readonly kind: "group";
  readonly open: "(" | "[";
  readonly items: readonly Node[];
  readonly start: number;
  readonly end: number;
}

/** A token or a bracketed group: as much structure as the rules need. */
export type Node = Token | Group;

/** Writes nodes as text that the translator reads right. */
export type Write = (nodes: readonly Node[]) => string;

/** Where a writer is in a list of nodes. */
export interface Cursor {
  /** The whole statement, for places in messages. */
  readonly sql: string;
  readonly write: Write;
  readonly nodes: readonly Node[];
  at: number;
  /** What is written so far. */
  readonly out: string[];
  /** Index in `out` where the last complete value starts; a subscript applies to it. */
  valueStart: number;
}

/** Deepest nesting of brackets; keeps every recursion shallow, the translator's included. */
const MAX_DEPTH = 100;

/** A bracket whose partner has not come yet. */
interface Open {
  readonly token: Token;
  readonly items: Node[];
}

/**
 * Folds tokens into groups.
 * @throws StatementFailure `invalid_query` for a bracket without its partner or too deep a nesting
 */
export function toTree(sql: string, tokens: readonly Token[]): Node[] {
  const outermost: Node[] = [];
  const open: Open[] = [];
  for (const token of tokens) {
    if (isSymbol(token, "(") || isSymbol(token, "[")) {
      if (open.length >= MAX_DEPTH)
        throw new StatementFailure("invalid_query", "The statement is nested too deeply.");
      open.push({ token, items: [] });
      continue;
    }
    const isClosing = isSymbol(token, ")") || isSymbol(token, "]");
    const node = isClosing ? toGroup(sql, open.pop(), token) : token;
    (open.at(-1)?.items ?? outermost).push(node);
  }
  const unclosed = open.at(-1)?.token;
  if (unclosed === undefined) return outermost;
  throw new StatementFailure(
    "invalid_query",
    `Unclosed "${unclosed.text}" at ${placeOf(sql, unclosed.start)}.`,
  );
}

function toGroup(sql: string, opening: Open | undefined, closing: Token): Group {
  const open = closing.text === ")" ? "(" : "[";
  if (opening?.token.text !== open) {
    throw new StatementFailure(
      "invalid_query",
      `Unexpected "${closing.text}" at ${placeOf(sql, closing.start)}.`,
    );
  }
  return { kind: "group", open, items: opening.items, start: opening.token.start, end: closing.end };
}

/** True for the symbol. */
export function isSymbol(node: Node | undefined, text: string): node is Token & { readonly kind: "symbol" } {
  return node?.kind === "symbol" && node.text === text;
}

/** True for one of the words, in any case. */
export function isWord(
  node: Node | undefined,
  ...words: readonly string[]
): node is Token & { readonly kind: "word" } {
  return node?.kind === "word" && words.includes(node.text.toUpperCase());
}

/** True for a group in round brackets. */
export function isParentheses(node: Node | undefined): node is Group {
  return node?.kind === "group" && node.open === "(";
}

/** Splits at top-level commas; no nodes at all give no part. */
export function splitByComma(nodes: readonly Node[]): Node[][] {
  if (nodes.length === 0) return [];
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSymbol(node, ",")) parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return parts;
}
