import { CALL_RULES } from "./call-rules.ts";
import { castCall, MACRO_TYPES, typeParameterLength } from "./cast-rule.ts";
import { StatementFailure, unsupported } from "./failure.ts";
import { placeOf, type Token } from "./lexer.ts";
import { quoteLiteral } from "./literal.ts";
import { MACRO_NAMES } from "./macros.ts";
import { BRACKET_WORDS, NATIVE_FUNCTIONS } from "./native-functions.ts";
import {
  type Cursor,
  type Group,
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
  type Write,
} from "./syntax-tree.ts";
import { rewriteUnnest } from "./unnest-rule.ts";

/**
 * Rewrites GoogleSQL into GoogleSQL that the translator cannot get wrong: every function that differs is called by the name of
 * our macro, names in one pair of backticks are split, subscripts and UNNEST are spelled out.
 * @throws StatementFailure `unsupported_sql` for what has no rule
 */
export function createWriter(sql: string): Write {
  const write: Write = (nodes) => {
    const cursor: Cursor = { nodes, at: 0, out: [], valueStart: 0 };
    while (cursor.at < nodes.length) step(cursor);
    return cursor.out.join(" ");
  };

  function step(cursor: Cursor): void {
    const node = cursor.nodes[cursor.at];
    if (node === undefined) return;
    if (node.kind === "group") return writeGroup(cursor, node);
    if (node.kind === "word") return writeWord(cursor, node);
    if (node.kind === "symbol") return writeSymbol(cursor, node);
    if (node.kind === "parameter") throw unsupported("A query parameter");
    push(cursor, literal(node), continuesPath(cursor));
    cursor.at += 1;
  }

  function writeGroup(cursor: Cursor, group: Group): void {
    const isSubscript = group.open === "[" && endsValue(cursor.nodes[cursor.at - 1]);
    if (isSubscript) {
      const value = cursor.out.splice(cursor.valueStart).join(" ");
      cursor.out.push(subscript(value, group, write));
    } else {
      const inner = write(group.items);
      push(cursor, group.open === "[" ? `[${inner}]` : `(${inner})`, false);
    }
    cursor.at += 1;
  }

  function writeWord(cursor: Cursor, word: Token): void {
    const next = cursor.nodes[cursor.at + 1];
    const name = word.text.toUpperCase();
    if (refusedWords.has(name)) throw unsupported(name);
    if (name === "SELECT" && isWord(next, "AS") && isWord(cursor.nodes[cursor.at + 2], "VALUE")) {
      throw unsupported("SELECT AS VALUE");
    }
    if (name === "UNNEST" && isParentheses(next)) return rewriteUnnest(cursor, next, write);
    if (name === "INTERVAL") return writeInterval(cursor, write);
    if (name in MACRO_TYPES && next?.kind === "string" && !continuesPath(cursor)) {
      push(cursor, `GS_CAST_${MACRO_TYPES[name]}(${literal(next)})`, false);
      cursor.at += 2;
      return;
    }
    if (name === "ARRAY" || name === "STRUCT") {
      const length = typeParameterLength(cursor.nodes, cursor.at + 1);
      const text = cursor.nodes
        .slice(cursor.at, cursor.at + 1 + length)
        .map((part) => (part.kind === "group" ? "" : part.text));
      if (length > 0) {
        push(cursor, text.join(" "), false);
        cursor.at += 1 + length;
        const value = cursor.nodes[cursor.at];
        if (value?.kind === "group")
          cursor.out.push(value.open === "[" ? `[${write(value.items)}]` : `(${write(value.items)})`);
        if (value?.kind === "group") cursor.at += 1;
        return;
      }
    }
    if (isParentheses(next) && callsFunction(cursor, name)) return writeCall(cursor, name, next);
    if (NOW_WORDS.has(name) && !continuesPath(cursor)) push(cursor, `GS_${name}()`, false);
    else if (isDashed(cursor)) return writeDashed(cursor);
    else push(cursor, word.text, continuesPath(cursor));
    cursor.at += 1;
  }

  function writeCall(cursor: Cursor, name: string, group: Group): void {
    const isSafe = isSymbol(cursor.nodes[cursor.at - 1], ".") && isWord(cursor.nodes[cursor.at - 2], "SAFE");
    if (continuesPath(cursor) && !isSafe) throw unsupported(`Function ${pathBefore(cursor)}${name}`);
    if (isSafe) cursor.out.splice(-2);
    const call = callText(name, group.items, write);
    const safe = call.replace(/^GS_/, "GS_SAFE_");
    const guarded = MACRO_NAMES.has(safe.slice(3, safe.indexOf("("))) ? safe : `GS_TRY(${call})`;
    push(cursor, isSafe ? guarded : call, false);
    cursor.at += 2;
  }

  function writeSymbol(cursor: Cursor, symbol: Token): void {
    const { text } = symbol;
    if (text === "|>") throw unsupported("Pipe syntax");
    if (REFUSED_SYMBOLS.has(text)) {
      throw new StatementFailure("invalid_query", `Unexpected "${text}" at ${placeOf(sql, symbol.start)}.`);
    }
    cursor.out.push(text);
    cursor.at += 1;
  }

  return write;
}

const refusedWords: ReadonlySet<string> = new Set([
  "_TABLE_SUFFIX",
  "_PARTITIONTIME",
  "_PARTITIONDATE",
  "INFORMATION_SCHEMA",
  "SYSTEM_TIME",
  "MATCH_RECOGNIZE",
]);
const REFUSED_SYMBOLS: ReadonlySet<string> = new Set([":", "$", "\\", "{", "}"]);
const NOW_WORDS: ReadonlySet<string> = new Set([
  "CURRENT_DATE",
  "CURRENT_TIMESTAMP",
  "CURRENT_DATETIME",
  "CURRENT_TIME",
]);

/** Writes one call by its rule. */
export function callText(name: string, items: readonly Node[], write: Write): string {
  const rule = CALL_RULES[name];
  if (rule) return rule(splitByComma(items), write, items);
  if (name === "CAST" || name === "SAFE_CAST") return castCall(name, items, write);
  if (NATIVE_FUNCTIONS.has(name)) return `${name}(${write(items)})`;
  if (MACRO_NAMES.has(name) && !INNER_MACROS.test(name)) return `GS_${name}(${write(items)})`;
  throw unsupported(`Function ${name}`);
}

/** Macros that only our own rules may call. */
const INNER_MACROS =
  /^(TRY|STRFTIME|.*_AS|BYTES|AS_DATE|AT_ZONE|WEEK_START|OFFSET|ORDINAL|SAFE_OFFSET|SAFE_ORDINAL|UNNEST_.*|(SAFE_)?CAST_.*|.*_AT|.*_GROUP|REGEXP_REPLACE_ALL|INTERVAL_.*|EXTRACT_.*|LAST_DAY_.*|(DATE|DATETIME|TIMESTAMP|TIME)_(TRUNC|DIFF)_.*|(DATE|DATETIME|TIMESTAMP|TIME)_(ADD|SUB))$/;

function push(cursor: Cursor, text: string, continues: boolean): void {
  if (!continues) cursor.valueStart = cursor.out.length;
  cursor.out.push(text);
}

function continuesPath(cursor: Cursor): boolean {
  return isSymbol(cursor.nodes[cursor.at - 1], ".");
}

function pathBefore(cursor: Cursor): string {
  const before = cursor.nodes[cursor.at - 2];
  return before && before.kind !== "group" ? `${before.text.toUpperCase()}.` : "";
}

/** True when a bracket after this node subscripts it. */
function endsValue(node: Node | undefined): boolean {
  if (node === undefined) return false;
  if (node.kind === "word")
    return !BRACKET_WORDS.has(node.text.toUpperCase()) && !isWord(node, "END", "RETURN");
  return node.kind === "group" || node.kind === "quoted";
}

function callsFunction(cursor: Cursor, name: string): boolean {
  if (BRACKET_WORDS.has(name)) return false;
  const previous = cursor.nodes[cursor.at - 1];
  // `* REPLACE (…)` and `* EXCEPT (…) REPLACE (…)` change the columns of a star.
  const afterStar = isSymbol(previous, "*") || isWord(cursor.nodes[cursor.at - 2], "EXCEPT");
  return !(name === "REPLACE" && afterStar);
}

/** A literal or a quoted name as the translator reads it. */
export function literal(token: Token): string {
  if (token.kind === "string") return quoteLiteral(token.text);
  if (token.kind === "bytes") return `GS_BYTES('${Buffer.from(token.text).toString("hex")}')`;
  if (token.kind === "quoted") return quotedPath(token.text);
  // A literal with a point is a FLOAT64 in GoogleSQL and a decimal in DuckDB; an exponent makes it a double in both.
  return /^[\d.]+$/.test(token.text) && token.text.includes(".")
    ? `${token.text.replace(/\.$/, ".0")}e0`
    : token.text;
}

function quotedPath(path: string): string {
  if (path.includes("*")) throw unsupported("A wildcard table");
  const parts = path.split(".");
  const special = parts.find((part) => /^(INFORMATION_SCHEMA|__TABLES__)$/i.test(part));
  if (special) throw unsupported(special.toUpperCase());
  return parts.map((part) => `\`${part.replaceAll("`", "")}\``).join(".");
}

function subscript(value: string, group: Group, write: Write): string {
  const [first, second] = group.items;
  const isCall = isWord(first, "OFFSET", "ORDINAL", "SAFE_OFFSET", "SAFE_ORDINAL") && isParentheses(second);
  if (isCall && group.items.length === 2)
    return `GS_${first.text.toUpperCase()}(${value}, ${write(second.items)})`;
  if (group.items.some((item) => item.kind === "string")) throw unsupported("A subscript by name");
  return `GS_OFFSET(${value}, ${write(group.items)})`;
}

const INTERVAL_WORDS = [
  "SECOND",
  "MINUTE",
  "HOUR",
  "DAY",
  "WEEK",
  "MONTH",
  "QUARTER",
  "YEAR",
  "MICROSECOND",
  "MILLISECOND",
];

/** Writes `INTERVAL n PART` as a call, from the nodes after the word INTERVAL on. */
function writeInterval(cursor: Cursor, write: Write): void {
  const rest = cursor.nodes.slice(cursor.at + 1);
  const length = rest.findIndex((node) => isWord(node, ...INTERVAL_WORDS));
  const part = rest[length];
  if (length < 1 || part === undefined || part.kind === "group" || isWord(rest[length + 1], "TO")) {
    throw unsupported("This form of INTERVAL");
  }
  push(cursor, `GS_INTERVAL_${part.text.toUpperCase()}(${write(rest.slice(0, length))})`, false);
  cursor.at += length + 2;
}

/** True at the first part of an unquoted project with dashes, which GoogleSQL allows after FROM and JOIN. */
function isDashed(cursor: Cursor): boolean {
  const [word, dash, next] = cursor.nodes.slice(cursor.at, cursor.at + 3);
  const touches = isSymbol(dash, "-") && word?.end === dash.start && next?.start === dash.end;
  return touches && isWord(cursor.nodes[cursor.at - 1], "FROM", "JOIN");
}

function writeDashed(cursor: Cursor): void {
  let name = "";
  for (;;) {
    const node = cursor.nodes[cursor.at];
    if (node === undefined || node.kind === "group" || isSymbol(node, ".")) break;
    const previous = cursor.nodes[cursor.at - 1];
    if (name !== "" && previous?.end !== node.start) break;
    name += node.text;
    cursor.at += 1;
  }
  push(cursor, `\`${name}\``, false);
}
