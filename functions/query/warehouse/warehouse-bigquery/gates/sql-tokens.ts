/** A piece of GoogleSQL that is neither space nor comment. */
export type SqlToken =
  /** A name or a keyword; `isQuoted` when it stood in backticks, and then never a keyword. */
  | { readonly kind: "name"; readonly text: string; readonly isQuoted: boolean; readonly isGlued: boolean }
  /** A string, bytes or number literal. */
  | { readonly kind: "literal"; readonly text: string; readonly isGlued: boolean }
  /** One character of punctuation, or the pipe `|>`. */
  | { readonly kind: "mark"; readonly text: string; readonly isGlued: boolean };

/** Space and comments. Comments do not nest, and one that is not closed goes on to the end. */
const GAP = /(?:\s+|--[^\n\r]*|#[^\n\r]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
/** With a prefix of raw or bytes strings; a backslash escapes in raw strings too, as far as the end of the string goes. */
const STRING =
  /(?:[rR][bB]?|[bB][rR]?)?(?:'''(?:[^\\]|\\[\s\S])*?(?:'''|$)|"""(?:[^\\]|\\[\s\S])*?(?:"""|$)|'(?:[^'\\]|\\[\s\S])*(?:'|$)|"(?:[^"\\]|\\[\s\S])*(?:"|$))/y;
const QUOTED_NAME = /`((?:[^`\\]|\\[\s\S])*)(?:`|$)/y;
const NAME = /[\p{L}_@][\p{L}\p{N}_@$]*/uy;
/** After a point a part of a name may begin with a digit. */
const PART = /[\p{L}\p{N}_$]+/uy;
const NUMBER = /(?:0[xX][0-9a-fA-F]+|\d+(?:[eE][+-]?\d+)?)/y;
const MARK = /\|>|[\s\S]/uy;

type Kind = "literal" | "quoted" | "plain" | "mark";

const FORMS: readonly (readonly [Kind, RegExp])[] = [
  ["literal", STRING],
  ["literal", NUMBER],
  ["quoted", QUOTED_NAME],
  ["plain", NAME],
  ["mark", MARK],
];
const FORMS_AFTER_POINT: typeof FORMS = [["plain", PART], ...FORMS];

/**
 * Parts GoogleSQL into tokens (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical). Never throws: what is no
 * GoogleSQL gives some tokens or other. A fraction's point is a mark of its own.
 */
export function toSqlTokens(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < sql.length) {
    const gap = matchAt(GAP, sql, at);
    at += gap?.[0].length ?? 0;
    const isGlued = gap === null;
    const forms = isGlued && tokens.at(-1)?.text === "." ? FORMS_AFTER_POINT : FORMS;
    for (const [kind, pattern] of at < sql.length ? forms : []) {
      const found = matchAt(pattern, sql, at);
      if (found === null) continue;
      at += found[0].length;
      tokens.push(toToken(kind, found, isGlued));
      break;
    }
  }
  return tokens;
}

function matchAt(pattern: RegExp, sql: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(sql);
}

function toToken(kind: Kind, [text, quoted = ""]: RegExpExecArray, isGlued: boolean): SqlToken {
  if (kind === "quoted") return { kind: "name", text: withoutEscapes(quoted), isQuoted: true, isGlued };
  if (kind === "plain") return { kind: "name", text, isQuoted: false, isGlued };
  return { kind, text, isGlued };
}

/** Names in backticks have the escapes of strings: `\x64` is a d. */
function withoutEscapes(text: string): string {
  return text.replace(
    /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([\s\S]))/g,
    (_all, ...[hex, short, long, octal, plain]: (string | undefined)[]) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return toCharacter(Number.parseInt(code, 16));
      return octal === undefined ? (plain ?? "") : toCharacter(Number.parseInt(octal, 8));
    },
  );
}

function toCharacter(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\u{fffd}";
}
