import type { Token } from "./lexer.ts";
import { type Group, isParentheses, isSymbol, isWord, type Node } from "./syntax-tree.ts";

/** A clause of a query: its keyword and what follows it up to the next clause. */
export interface Clause {
  readonly kind: ClauseKind;
  /** The keyword's own nodes, such as `GROUP BY`; empty for a query in brackets. */
  readonly keyword: readonly Node[];
  readonly body: readonly Node[];
}

/** `SET` is UNION, INTERSECT or EXCEPT; `QUERY` is an operand in brackets. */
export type ClauseKind =
  | "WITH"
  | "SELECT"
  | "FROM"
  | "WHERE"
  | "GROUP"
  | "HAVING"
  | "QUALIFY"
  | "WINDOW"
  | "ORDER"
  | "LIMIT"
  | "SET"
  | "QUERY";

const CLAUSE_WORDS: ReadonlySet<string> = new Set([
  ...["SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT"],
]);
const SET_WORDS = ["UNION", "INTERSECT", "EXCEPT"];

/** True when the nodes between brackets, or of a statement, are a query and no value. */
export function isQuery(nodes: readonly Node[]): boolean {
  const [first, second] = nodes;
  if (isWord(first, "SELECT", "FROM")) return true;
  if (isWord(first, "WITH")) return !isParentheses(second);
  if (!isParentheses(first) || !isQuery(first.items)) return false;
  return second === undefined || isSymbol(second, "|>") || isWord(second, ...SET_WORDS, "ORDER", "LIMIT");
}

/** Cuts a query into its clauses, in their order. */
export function splitClauses(nodes: readonly Node[]): Clause[] {
  const clauses: { kind: ClauseKind; keyword: Node[]; body: Node[] }[] = [];
  for (let at = 0; at < nodes.length; ) {
    const node = nodes[at];
    if (node === undefined) break;
    const kind = clauseAt(nodes, at, clauses.at(-1)?.kind);
    if (kind === null) {
      clauses.at(-1)?.body.push(node);
      at += 1;
      continue;
    }
    const length = keywordLength(nodes, at, kind);
    const end = kind === "QUERY" ? at + 1 : at + length;
    clauses.push({
      kind,
      keyword: nodes.slice(at, at + length),
      body: kind === "QUERY" ? [node] : [],
    });
    at = end;
  }
  return clauses;
}

function clauseAt(nodes: readonly Node[], at: number, previous: ClauseKind | undefined): ClauseKind | null {
  const node = nodes[at];
  const before = nodes[at - 1];
  if (isSymbol(before, ".")) return null;
  if (isParentheses(node)) return isOperand(node, before, previous) ? "QUERY" : null;
  if (node?.kind !== "word") return null;
  const word = node.text.toUpperCase();
  if (word === "WITH" && at === 0) return "WITH";
  if (SET_WORDS.includes(word)) return isSymbol(before, "*") ? null : "SET";
  if (word === "FROM" && isWord(before, "DISTINCT") && isWord(nodes[at - 2], "IS", "NOT")) return null;
  return CLAUSE_WORDS.has(word) ? (word as ClauseKind) : null;
}

/** True for a query in brackets that is no subquery but a part of this one. */
function isOperand(group: Group, before: Node | undefined, previous: ClauseKind | undefined): boolean {
  if (previous === "WITH") return isQuery(group.items) && isParentheses(before);
  return previous === undefined || (previous === "SET" && isSetKeyword(before));
}

function isSetKeyword(node: Node | undefined): boolean {
  return isWord(node, ...SET_WORDS, "ALL", "DISTINCT", "NAME", "CORRESPONDING") || isParentheses(node);
}

function keywordLength(nodes: readonly Node[], at: number, kind: ClauseKind): number {
  if (kind === "QUERY") return 0;
  if (kind === "GROUP" || kind === "ORDER") return isWord(nodes[at + 1], "BY") ? 2 : 1;
  if (kind === "SET" && isWord(nodes[at + 1], "ALL", "DISTINCT")) return 2;
  return 1;
}

/** The place in the statement that made-up nodes point to. */
type Place = Pick<Token, "start" | "end">;

/** A keyword or an unquoted name. */
export function toWord(text: string, place: Place): Token {
  return { kind: "word", text, start: place.start, end: place.end };
}

/** Exactly one name, whatever it holds. */
export function toName(text: string, place: Place): Token {
  return { kind: "name", text, start: place.start, end: place.end };
}

/** A symbol. */
export function toSymbol(text: string, place: Place): Token {
  return { kind: "symbol", text, start: place.start, end: place.end };
}

/** Nodes in round brackets. */
export function toGroup(items: readonly Node[], place: Place): Group {
  return { kind: "group", open: "(", items, start: place.start, end: place.end };
}
