/** One word of a GoogleSQL text. Comments and spaces are none. */
export interface SqlToken {
  readonly kind: "word" | "quoted" | "string" | "number" | "symbol";
  /** As written; of a `quoted` one what is between the backticks. */
  readonly text: string;
  /** In capitals for a word, else as `text`. */
  readonly upper: string;
  /** Code units from the beginning of the text. */
  readonly start: number;
  readonly end: number;
}

/** A text that has no tokens, as BigQuery reports it. */
export class SqlTextError extends Error {}

/** Literals with three quotes before those with one; `r` leaves backslashes alone, but a quote after one does not end it either. */
const STRING =
  /(?:\b(?:rb|br|r|b))?(?:"""(?:[^"\\]|\\[\s\S]|"(?!""))*"""|'''(?:[^'\\]|\\[\s\S]|'(?!''))*'''|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')/iy;
const BLANK = /\s+|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\//y;
const QUOTED = /`(?:[^`\\\n]|\\[\s\S])*`/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /0x[0-9a-f]+|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy;
const SYMBOL = /\|>|\|\||<=|>=|<>|!=|=>|<<|>>|@@|\/(?!\*)|[-+*%&|^~<>=()[\]{},.;:?@!$\\]/y;

/**
 * Takes a text apart by GoogleSQL's lexical rules, on its own and not by the product's lexer, which it is there to check:
 * comments do not nest, and a quoted text may hold what looks like one.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 * @throws SqlTextError
 */
export function tokenize(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  const match = (form: RegExp): string | null => {
    form.lastIndex = at;
    return form.exec(sql)?.[0] ?? null;
  };
  const push = (kind: SqlToken["kind"], written: string, text = written): void => {
    tokens.push({
      kind,
      text,
      upper: kind === "word" ? text.toUpperCase() : text,
      start: at,
      end: at + written.length,
    });
    at += written.length;
  };
  while (at < sql.length) {
    const blank = match(BLANK);
    if (blank !== null) {
      at += blank.length;
      continue;
    }
    const kinds = [
      ["string", STRING],
      ["quoted", QUOTED],
      ["word", WORD],
      ["number", NUMBER],
      ["symbol", SYMBOL],
    ] as const;
    const found = kinds
      .map(([kind, form]) => ({ kind, written: match(form) }))
      .find(({ written }) => written !== null);
    if (found?.written == null) throw new SqlTextError(faultAt(sql, at));
    push(found.kind, found.written, found.kind === "quoted" ? unquoted(found.written) : found.written);
  }
  return tokens;
}

/** Where a place of a text is, as `[line:column]`. */
export function placeOf(sql: string, at: number): string {
  const before = sql.slice(0, at).split("\n");
  return `[${before.length}:${(before.at(-1)?.length ?? 0) + 1}]`;
}

function unquoted(written: string): string {
  return written.slice(1, -1).replaceAll(/\\([\s\S])/g, "$1");
}

function faultAt(sql: string, at: number): string {
  const what = {
    '"': "Unclosed string literal",
    "'": "Unclosed string literal",
    "`": "Unclosed identifier literal",
  }[sql.charAt(at)];
  const comment = sql.startsWith("/*", at) ? "Unclosed comment" : undefined;
  const illegal = `Illegal input character "${sql.charAt(at)}"`;
  return `Syntax error: ${what ?? comment ?? illegal} at ${placeOf(sql, at)}`;
}
