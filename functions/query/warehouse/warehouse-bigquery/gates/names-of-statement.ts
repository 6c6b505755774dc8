import { type NamePath, readPath } from "./read-path.ts";
import { type SqlToken, toSqlTokens } from "./sql-tokens.ts";

/** What the text of a statement names, read from its tokens alone. */
export interface StatementNames {
  /** Dotted names where the grammar has a table, a view, a model, a graph or a dataset. */
  readonly tables: readonly NamePath[];
  /** Like `tables`, but the first part is also a name that the statement gives: an array of a table, unless it is a table. */
  readonly unsure: readonly NamePath[];
  /** Those of `tables` and `unsure` that are models. */
  readonly models: readonly NamePath[];
  /** Names that are called, with as many parts as stand there. */
  readonly calls: readonly NamePath[];
  /** Every dotted name, wherever it stands. */
  readonly all: readonly NamePath[];
}

/** After these a table or the like is named. */
const TABLE_WORDS = new Set(
  "FROM JOIN INTO UPDATE TABLE VIEW MODEL MERGE DELETE INSERT GRAPH CALL FUNCTION PROCEDURE SCHEMA CLONE".split(
    " ",
  ),
);
/** After these a list of tables has ended. */
const CLAUSE_WORDS = new Set(
  "SELECT WHERE GROUP HAVING ORDER LIMIT WINDOW QUALIFY UNION INTERSECT EXCEPT SET VALUES".split(" "),
);
/** May stand between a word of `TABLE_WORDS` and the name. */
const FILLER_WORDS = new Set("IF NOT EXISTS ONLY INTO FROM".split(" "));

/** Names in the order of the text. */
interface Found {
  readonly tables: NamePath[];
  readonly models: NamePath[];
  readonly calls: NamePath[];
  readonly all: NamePath[];
  /** Names that the statement gives to tables, or that tables have, in lower case. */
  readonly given: Set<string>;
}

/** What is open at one depth of parentheses. */
interface Frame {
  /** The next name is a table. */
  isTableNext: boolean;
  /** It is a model. */
  isModelNext: boolean;
  /** A comma is followed by a table. */
  isInFrom: boolean;
  /** The parentheses are of `EXTRACT(… FROM …)`, whose FROM names no table. */
  readonly isExtract: boolean;
}

/**
 * Lists what a statement names. It reads more names as tables than there are, rather than fewer; whoever writes SQL to fool it
 * may succeed, so it is never the only gate.
 */
export function namesOfStatement(sql: string): StatementNames {
  const tokens = toSqlTokens(sql);
  const found: Found = { tables: [], models: [], calls: [], all: [], given: new Set() };
  const frames: Frame[] = [newFrame()];
  for (let at = 0; at < tokens.length; ) at = step(tokens, at, frames, found);
  const isGiven = ([first, ...rest]: NamePath): boolean => rest.length > 0 && found.given.has(fold(first));
  return {
    ...found,
    tables: found.tables.filter((path) => !isGiven(path)),
    unsure: found.tables.filter(isGiven),
  };
}

/** Reads what begins at `at`. @returns where to go on */
function step(tokens: readonly SqlToken[], at: number, frames: Frame[], found: Found): number {
  const token = tokens[at];
  const frame = frames.at(-1) ?? newFrame();
  if (token === undefined) return at + 1;
  if (token.kind === "name") {
    return isWord(token) && steer(frame, tokens, at) ? at + 1 : takeName(tokens, at, frame, found);
  }
  if (token.kind === "literal") {
    frame.isTableNext = false;
    return at + 1;
  }
  punctuate(frames, frame, tokens, at);
  // What stands in parentheses in a list of tables may be given a name, too.
  const alias = token.text === ")" && frames.at(-1)?.isInFrom === true ? aliasAt(tokens, at + 1) : null;
  if (alias !== null) found.given.add(fold(alias));
  return at + 1;
}

/** Takes the name at `at`, with the name that is given to it, if any. @returns where to go on */
function takeName(tokens: readonly SqlToken[], at: number, frame: Frame, found: Found): number {
  const { path, next } = readPath(tokens, at, frame.isTableNext);
  if (path.length > 1) found.all.push(path);
  // Columns in parentheses follow the table of an INSERT, and arguments everything else.
  const isInserted = /^(INTO|INSERT)$/i.test(tokens[at - 1]?.text ?? "");
  const isCall = !isInserted && tokens[next]?.text === "(" && tokens[next]?.kind === "mark";
  if (isCall) found.calls.push(path);
  else if (frame.isTableNext) found.tables.push(path);
  if (frame.isModelNext) found.models.push(path);
  if (frame.isTableNext) {
    found.given.add(fold(path.at(-1)));
    const alias = aliasAt(tokens, next);
    if (alias !== null) found.given.add(fold(alias));
  }
  frame.isTableNext = false;
  frame.isModelNext = false;
  return next;
}

/** Follows a keyword. @returns false for a word that is none */
function steer(frame: Frame, tokens: readonly SqlToken[], at: number): boolean {
  const word = tokens[at]?.text.toUpperCase() ?? "";
  // A part of a name, and a column or function that is called like a keyword.
  if (tokens[at - 1]?.text === "." || tokens[at + 1]?.text === ".") return false;
  if (frame.isTableNext && FILLER_WORDS.has(word)) return true;
  if (TABLE_WORDS.has(word)) {
    if (word === "FROM" && (frame.isExtract || isDistinctFrom(tokens, at))) return true;
    frame.isTableNext = tokens[at + 1]?.text !== "(" || word === "FROM" || word === "JOIN";
    frame.isModelNext = word === "MODEL";
    frame.isInFrom ||= word === "FROM" || word === "JOIN";
    return true;
  }
  if (CLAUSE_WORDS.has(word)) {
    frame.isTableNext = false;
    frame.isInFrom = false;
    return true;
  }
  return false;
}

/** `a IS [NOT] DISTINCT FROM b` compares values. */
function isDistinctFrom(tokens: readonly SqlToken[], at: number): boolean {
  const before = (steps: number): string => tokens[at - steps]?.text.toUpperCase() ?? "";
  return before(1) === "DISTINCT" && (before(2) === "IS" || (before(2) === "NOT" && before(3) === "IS"));
}

function punctuate(frames: Frame[], frame: Frame, tokens: readonly SqlToken[], at: number): void {
  const { text } = tokens[at] ?? { text: "" };
  if (text === "(") {
    const caller = tokens[at - 1];
    const isExtract = caller !== undefined && isWord(caller) && caller.text.toUpperCase() === "EXTRACT";
    const isGraph = caller !== undefined && isWord(caller) && caller.text.toUpperCase() === "GRAPH_TABLE";
    // Parentheses around tables hold tables.
    frames.push({
      isTableNext: frame.isTableNext || isGraph,
      isModelNext: false,
      isInFrom: frame.isTableNext,
      isExtract,
    });
    frame.isTableNext = false;
  } else if (text === ")") {
    if (frames.length > 1) frames.pop();
  } else if (text === "," && frame.isInFrom) {
    frame.isTableNext = true;
  } else if (text === ";" || text === "|>") {
    frame.isInFrom = false;
    frame.isTableNext = false;
  }
}

function newFrame(): Frame {
  return { isTableNext: false, isModelNext: false, isInFrom: false, isExtract: false };
}

/** The name that follows a table, with or without AS. */
function aliasAt(tokens: readonly SqlToken[], at: number): string | null {
  const first = tokens[at];
  const alias =
    first !== undefined && isWord(first) && first.text.toUpperCase() === "AS" ? tokens[at + 1] : first;
  return alias?.kind === "name" ? alias.text : null;
}

function isWord(token: SqlToken): boolean {
  return token.kind === "name" && !token.isQuoted;
}

/** Names that statements give do not heed case. */
function fold(name: string | undefined): string {
  return (name ?? "").toLowerCase();
}
