import { StatementFailure } from "../failure.ts";

/** One token of GoogleSQL; comments and white space are gone. */
export interface Token {
  readonly kind: "word" | "quoted" | "string" | "bytes" | "number" | "symbol" | "parameter" | "name" | "sql";
  /**
   * Words as written; quoted names and strings with their escapes resolved, bytes as hexadecimal digits. Rules make up two more kinds: `name` is exactly one
   * name, `sql` is text that the translator reads as it is.
   */
  readonly text: string;
  /** Place of the first and after the last character in the statement. */
  readonly start: number;
  readonly end: number;
}

/** Longest statement in tokens: keeps every later step short. */
const MAX_TOKENS = 100_000;

const SPACE = /\s+/y;
const LINE_COMMENT = /(?:--|#)[^\n]*/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /@@[A-Za-z_][A-Za-z0-9_.]*|@[A-Za-z_][A-Za-z0-9_]*|\?/y;
const STRING_START = /(?:[rR][bB]?|[bB][rR]?)?("""|'''|"|')/y;
const SYMBOL = /\|>|=>|<>|<=|>=|!=|<<|>>|\|\||[-+*/%&|^~<>=!()[\]{},.;:$\\]/y;

/** The line and column, both from 1, of a place in the statement. */
export function placeOf(sql: string, offset: number): string {
  const before = sql.slice(0, offset).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/**
 * Splits GoogleSQL into tokens (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical). Comments do not nest:
 * what follows the first end of a comment is code, whatever another parser believes.
 * @throws StatementFailure `invalid_query` for text that is no token
 */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = skipBlank(sql, 0);
  while (at < sql.length) {
    const token = readToken(sql, at);
    tokens.push(token);
    if (tokens.length > MAX_TOKENS) throw new StatementFailure("invalid_query", "The statement is too long.");
    at = skipBlank(sql, token.end);
  }
  return tokens;
}

function skipBlank(sql: string, from: number): number {
  let at = from;
  for (;;) {
    const next = match(SPACE, sql, at) ?? match(LINE_COMMENT, sql, at) ?? blockComment(sql, at);
    if (next === null) return at;
    at += next.length;
  }
}

function blockComment(sql: string, at: number): string | null {
  if (!sql.startsWith("/*", at)) return null;
  const end = sql.indexOf("*/", at + 2);
  if (end < 0) throw invalid(sql, at, "Unclosed comment");
  return sql.slice(at, end + 2);
}

function readToken(sql: string, start: number): Token {
  if (sql[start] === "`") return readDelimited(sql, start, "quoted", "`", start + 1, false);
  const opening = match(STRING_START, sql, start);
  if (opening !== null) {
    const quote = opening.replace(/^[rRbB]+/, "");
    const prefix = opening.slice(0, opening.length - quote.length).toLowerCase();
    const kind = prefix.includes("b") ? "bytes" : "string";
    return readDelimited(sql, start, kind, quote, start + opening.length, prefix.includes("r"));
  }
  for (const [kind, pattern] of PATTERNS) {
    const text = match(pattern, sql, start);
    if (text !== null) return { kind, text, start, end: start + text.length };
  }
  throw invalid(
    sql,
    start,
    `Unexpected ${JSON.stringify(String.fromCodePoint(sql.codePointAt(start) ?? 0))}`,
  );
}

const PATTERNS = [
  ["word", WORD],
  ["number", NUMBER],
  ["parameter", PARAMETER],
  ["symbol", SYMBOL],
] as const;

function readDelimited(
  sql: string,
  start: number,
  kind: "quoted" | "string" | "bytes",
  quote: string,
  from: number,
  raw: boolean,
): Token {
  let text = "";
  let at = from;
  while (!sql.startsWith(quote, at)) {
    const [value, length] = readCharacter(sql, at, kind === "bytes", raw);
    const isOpenLine = quote.length === 1 && /[\r\n]/.test(sql[at] ?? "");
    if (length === 0 || isOpenLine) throw invalid(sql, start, "Unclosed string");
    text += value;
    at += length;
  }
  return { kind, text, start, end: at + quote.length };
}

/** One character, or an escape; of bytes their hexadecimal digits. */
function readCharacter(
  sql: string,
  at: number,
  asBytes: boolean,
  raw: boolean,
): readonly [value: string, length: number] {
  const code = sql.codePointAt(at);
  if (code === undefined) return ["", 0];
  const write = (text: string) => (asBytes ? Buffer.from(text).toString("hex") : text);
  // A line of a string ends with a line feed, however the statement's own lines end.
  if (code === 13) return [write("\n"), sql[at + 1] === "\n" ? 2 : 1];
  const char = String.fromCodePoint(code);
  if (char !== "\\") return [write(char), char.length];
  if (raw) return [write(sql.slice(at, at + 2)), sql.length > at + 1 ? 2 : 0];
  return asBytes ? readByteEscape(sql, at) : readEscape(sql, at);
}

function readByteEscape(sql: string, at: number): readonly [value: string, length: number] {
  const simple = SIMPLE_ESCAPES[sql[at + 1] ?? ""];
  if (simple !== undefined) return [Buffer.from(simple).toString("hex"), 2];
  const found = /^\\(?:[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(sql.slice(at, at + 4));
  if (!found) throw invalid(sql, at, "Illegal escape sequence");
  return [
    found[1]?.toLowerCase() ??
      Number.parseInt(found[2] ?? "", 8)
        .toString(16)
        .padStart(2, "0"),
    4,
  ];
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "?": "?",
  '"': '"',
  "'": "'",
  "`": "`",
};

const CODE_ESCAPE = /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/y;

function readEscape(sql: string, at: number): readonly [value: string, length: number] {
  const simple = SIMPLE_ESCAPES[sql[at + 1] ?? ""];
  if (simple !== undefined) return [simple, 2];
  CODE_ESCAPE.lastIndex = at;
  const found = CODE_ESCAPE.exec(sql);
  const code =
    found &&
    (found[4] ? Number.parseInt(found[4], 8) : Number.parseInt(found[1] ?? found[2] ?? found[3] ?? "", 16));
  const isSurrogate = code !== null && code >= 0xd800 && code <= 0xdfff;
  if (!found || !code || code > 0x10ffff || isSurrogate) throw invalid(sql, at, "Illegal escape sequence");
  return [String.fromCodePoint(code), found[0].length];
}

function match(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? null;
}

function invalid(sql: string, at: number, what: string): StatementFailure {
  return new StatementFailure("invalid_query", `${what} at ${placeOf(sql, at)}.`);
}
