import { StatementFailure, unsupported } from "../failure.ts";
import { MACRO_NAMES } from "../macros/macros.ts";
import { BRACKET_WORDS } from "../macros/native-functions.ts";
import { placeOf, type Token } from "../syntax/lexer.ts";
import { writeLiteral } from "../syntax/literal.ts";
import { withPositions, writeNumber } from "../syntax/number-literal.ts";
import {
  type Cursor,
  type Group,
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  type Write,
} from "../syntax/syntax-tree.ts";
import { AGGREGATE_RULES } from "./aggregate-rules.ts";
import { callText } from "./call-text.ts";
import { writeInterval } from "./interval-rule.ts";
import { escapedPattern } from "./like-rule.ts";
import { writePivots } from "./pivot-rule.ts";
import { QUALIFIED_RULES } from "./qualified-rules.ts";
import { MACRO_TYPES, readType, writeAs } from "./type-rule.ts";
import { rewriteUnnest } from "./unnest-rule.ts";

/**
 * Rewrites GoogleSQL into GoogleSQL that the translator cannot get wrong: every function that differs is called by the name of
 * our macro, names in one pair of backticks are split, subscripts, intervals and UNNEST are spelled out.
 * @throws StatementFailure `unsupported_sql` for what has no rule
 */
export function createWriter(sql: string): Write {
  const write: Write = (original) => {
    const nodes = writePivots(original, write);
    const cursor: Cursor = { sql, write, nodes, at: 0, out: [], valueStart: 0 };
    while (cursor.at < nodes.length) writeNode(cursor);
    return cursor.out.join(" ");
  };
  return write;
}

function writeNode(cursor: Cursor): void {
  const node = cursor.nodes[cursor.at];
  if (node === undefined) return;
  if (node.kind === "parameter") throw unsupported("A query parameter");
  if (node.kind === "group") writeGroup(cursor, node);
  else if (node.kind === "word") writeWord(cursor, node);
  else if (node.kind === "symbol") writeSymbol(cursor, node);
  else if (node.kind === "number") writeNumber(cursor, node);
  else {
    push(cursor, writeLiteral(node), continuesPath(cursor));
    cursor.at += 1;
  }
}

function push(cursor: Cursor, text: string, continues: boolean): void {
  if (!continues) cursor.valueStart = cursor.out.length;
  cursor.out.push(text);
}

function continuesPath(cursor: Cursor): boolean {
  return isSymbol(cursor.nodes[cursor.at - 1], ".");
}

const REFUSED_SYMBOLS: ReadonlySet<string> = new Set([":", "$", "\\", "{", "}"]);

function writeSymbol(cursor: Cursor, { text, start }: Token): void {
  if (REFUSED_SYMBOLS.has(text)) {
    throw new StatementFailure("invalid_query", `Unexpected "${text}" at ${placeOf(cursor.sql, start)}.`);
  }
  cursor.out.push(text);
  cursor.at += 1;
}

function writeGroup(cursor: Cursor, group: Group): void {
  if (group.open === "[" && endsValue(cursor.nodes[cursor.at - 1])) {
    const value = cursor.out.splice(cursor.valueStart).join(" ");
    cursor.out.push(subscript(value, group, cursor.write));
  } else push(cursor, bracketed(cursor, group), false);
  cursor.at += 1;
}

function bracketed(cursor: Cursor, group: Group): string {
  const isGrouping = isWord(cursor.nodes[cursor.at - 1], "ROLLUP", "CUBE", "SETS");
  const inner = cursor.write(isGrouping ? withPositions(group.items) : group.items);
  return group.open === "[" ? `[${inner}]` : `(${inner})`;
}

/** True when a square bracket after this node subscripts it. */
function endsValue(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.kind === "word") return !BRACKET_WORDS.has(node.text.toUpperCase());
  return (
    node.kind === "group" ||
    node.kind === "quoted" ||
    node.kind === "string" ||
    node.kind === "name" ||
    node.kind === "sql"
  );
}

function subscript(value: string, group: Group, write: Write): string {
  const [first, second] = group.items;
  const isCall = isWord(first, "OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL") && isParentheses(second);
  if (isCall && group.items.length === 2)
    return `GS_${first.text.toUpperCase()}(GS_INNER_ARRAY(${value}), ${write(second.items)})`;
  if (group.items.length === 1 && group.items[0]?.kind === "string")
    return `GS_INNER_JSON_MEMBER(${value}, ${write(group.items)})`;
  const isDeep = value.includes("GS_INNER_ELEMENT(") && first?.kind === "number" && group.items.length === 1;
  return `GS_INNER_${isDeep ? "DEEP_" : ""}ELEMENT(${value}, ${write(group.items)})`;
}

/** Words that mean something only BigQuery has. */
const REFUSED_WORDS: ReadonlySet<string> = new Set([
  ...["_PARTITIONTIME", "_PARTITIONDATE", "SYSTEM_TIME", "MATCH_RECOGNIZE", "COLLATE"],
]);

/** Functions that may be written without brackets. */
const NOW_WORDS: ReadonlySet<string> = new Set([
  ...["CURRENT_DATE", "CURRENT_TIMESTAMP", "CURRENT_DATETIME", "CURRENT_TIME"],
]);

/** A rule for a word: writes it with what belongs to it and returns true, or leaves it alone. */
type WordRule = (cursor: Cursor, name: string, next: Node | undefined) => boolean;

const refused: WordRule = (cursor, name, next) => {
  if (REFUSED_WORDS.has(name)) throw unsupported(name);
  if (name === "WITH" && isParentheses(next) && !continuesPath(cursor))
    throw unsupported("The WITH expression");
  return false;
};

const unnest: WordRule = (cursor, name, next) => {
  if (name !== "UNNEST" || !isParentheses(next)) return false;
  rewriteUnnest(cursor, next);
  return true;
};

const interval: WordRule = (cursor, name) =>
  name === "INTERVAL" && writeInterval(cursor, (text) => push(cursor, text, false));

/** `DATE '2024-01-31'` and the like. */
const typedLiteral: WordRule = (cursor, name, next) => {
  if (!(name in MACRO_TYPES) || next?.kind !== "string" || continuesPath(cursor)) return false;
  push(cursor, `GS_CAST_${MACRO_TYPES[name]}(${writeLiteral(next)})`, false);
  cursor.at += 2;
  return true;
};

/** `ARRAY[…]`, `ARRAY<T>[…]` and `STRUCT<…>(…)`. */
const typedConstructor: WordRule = (cursor, name, next) => {
  if ((name !== "ARRAY" && name !== "STRUCT") || continuesPath(cursor)) return false;
  if (name === "ARRAY" && next?.kind === "group" && next.open === "[") {
    push(cursor, `[${cursor.write(next.items)}]`, false);
    cursor.at += 2;
    return true;
  }
  if (!isSymbol(next, "<")) return false;
  const { type, length } = readType(cursor.nodes, cursor.at);
  const group = cursor.nodes[cursor.at + length];
  if (group?.kind !== "group") return false;
  push(cursor, writeAs(type, [group], cursor.write), false);
  cursor.at += length + 1;
  return true;
};

const call: WordRule = (cursor, name, next) => {
  if (!isParentheses(next) || !callsFunction(cursor, name)) return false;
  const qualifier = continuesPath(cursor) ? cursor.nodes[cursor.at - 2] : undefined;
  const isSafe = isWord(qualifier, "SAFE");
  if (isWord(qualifier, "NET") && MACRO_NAMES.has(`NET_${name}`)) {
    cursor.out.splice(-2);
    push(cursor, `GS_NET_${name}(${cursor.write(next.items)})`, false);
    cursor.at += 2;
    return true;
  }
  const qualified =
    qualifier?.kind === "word" ? QUALIFIED_RULES[`${qualifier.text.toUpperCase()}.${name}`] : undefined;
  if (qualified !== undefined) {
    cursor.out.splice(-2);
    push(cursor, qualified(next.items, cursor.write), false);
    cursor.at += 2;
    return true;
  }
  if (continuesPath(cursor) && !isSafe) {
    throw unsupported(`Function ${qualifier?.kind === "word" ? `${qualifier.text}.` : ""}${name}`);
  }
  if (isSafe) cursor.out.splice(-2);
  cursor.at += 2;
  const aggregate = AGGREGATE_RULES[name];
  const text = aggregate
    ? aggregate(next.items, cursor.write, readOver(cursor))
    : callText(name, next.items, cursor.write);
  push(cursor, isSafe ? safeCall(text) : text, false);
  return true;
};

/** Reads the OVER clause at this place. */
function readOver(cursor: Cursor): string {
  const [over, window] = cursor.nodes.slice(cursor.at, cursor.at + 2);
  if (!isWord(over, "OVER") || window === undefined) return "";
  cursor.at += 2;
  return ` OVER ${cursor.write([window])}`;
}

function safeCall(text: string): string {
  const safe = text.replace(/^GS_/, "GS_SAFE_");
  return MACRO_NAMES.has(safe.slice(3, safe.indexOf("("))) ? safe : `GS_TRY(${text})`;
}

function callsFunction(cursor: Cursor, name: string): boolean {
  if (BRACKET_WORDS.has(name)) return false;
  // `* REPLACE (…)` and `* EXCEPT (…) REPLACE (…)` change the columns of a star.
  const afterStar =
    isSymbol(cursor.nodes[cursor.at - 1], "*") || isWord(cursor.nodes[cursor.at - 2], "EXCEPT");
  return !(name === "REPLACE" && afterStar);
}

const now: WordRule = (cursor, name) => {
  if (!NOW_WORDS.has(name) || continuesPath(cursor)) return false;
  push(cursor, `GS_${name}()`, false);
  cursor.at += 1;
  return true;
};

/** `LIKE 'pattern'` with an escaped character. */
const like: WordRule = (cursor, name, next) => {
  if (name !== "LIKE" || next?.kind !== "string" || !next.text.includes("\\")) return false;
  cursor.out.push(`LIKE ${escapedPattern(next.text)}`);
  cursor.at += 2;
  return true;
};

/** Names in GoogleSQL that DuckDB keeps for itself, and the translator leaves without quotes. */
const QUOTED_WORDS: ReadonlySet<string> = new Set([
  ...["ALTER", "BINARY", "BOTH", "DELETE", "DROP", "FILTER", "GLOB", "INSERT", "ISNULL", "LAMBDA", "LEADING"],
  ...[
    "MINUS",
    "NOTNULL",
    "OFFSET",
    "OVERLAPS",
    "POSITIONAL",
    "SUMMARIZE",
    "TOP",
    "TRAILING",
    "TRY_CAST",
    "UNPACK",
  ],
]);

const quotedWord: WordRule = (cursor, name, next) => {
  // `LIMIT 10 OFFSET 20` means the keyword.
  const isKeyword = name === "OFFSET" && (next?.kind === "number" || next?.kind === "sql");
  const word = cursor.nodes[cursor.at];
  if (!QUOTED_WORDS.has(name) || isParentheses(next) || isKeyword || word?.kind !== "word") return false;
  push(cursor, `\`${word.text}\``, continuesPath(cursor));
  cursor.at += 1;
  return true;
};

const WORD_RULES = [like, refused, unnest, interval, typedLiteral, typedConstructor, call, now, quotedWord];

function writeWord(cursor: Cursor, word: Token): void {
  const name = word.text.toUpperCase();
  const next = cursor.nodes[cursor.at + 1];
  if (WORD_RULES.some((rule) => rule(cursor, name, next))) return;
  push(cursor, word.text, continuesPath(cursor));
  cursor.at += 1;
}
