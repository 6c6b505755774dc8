import { type NamePath, readPath } from "./read-path.ts";
import { type SqlToken, toSqlTokens } from "./sql-tokens.ts";
import { isTableWord } from "./table-words.ts";

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

/** After these a list of tables has ended. */
const CLAUSE_WORDS = new Set(
  "SELECT WHERE GROUP HAVING ORDER LIMIT WINDOW QUALIFY UNION INTERSECT EXCEPT SET VALUES".split(" "),
);
/** May stand between a word such as TABLE and the name. */
const FILLER_WORDS = new Set("IF NOT EXISTS INTO".split(" "));

/** What is open at one depth of parentheses. */
interface Frame {
  /** The next name is a table. */
  isTableNext: boolean;
  /** It is a model. */
  isModelNext: boolean;
  /** A comma is followed by a table. */
  isInFrom: boolean;
  /** The last name before the parentheses, in capitals, after a point when it is a part of a longer one; null for none. */
  readonly call: string | null;
}

/** A text on the way of being read. */
interface Reading {
  readonly tokens: readonly SqlToken[];
  readonly frames: Frame[];
  /** The first word of the statement, in capitals; empty before it. */
  verb: string;
  isInQuery: boolean;
  readonly tables: NamePath[];
  readonly models: NamePath[];
  readonly calls: NamePath[];
  readonly all: NamePath[];
  /** Names that the statement gives to tables, or that tables have, in lower case. */
  readonly given: Set<string>;
}

/**
 * Lists what a statement names. It reads more names as tables than there are, rather than fewer; whoever writes SQL to fool it
 * may succeed, so it is never the only gate.
 */
export function namesOfStatement(sql: string): StatementNames {
  const lists = { tables: [], models: [], calls: [], all: [], given: new Set<string>() };
  const frames = [newFrame(null)];
  const reading: Reading = { tokens: toSqlTokens(sql), frames, verb: "", isInQuery: false, ...lists };
  for (let at = 0; at < reading.tokens.length; ) at = step(reading, at);
  const { tables, models, calls, all, given } = reading;
  const isGiven = ([first, ...rest]: NamePath): boolean => rest.length > 0 && given.has(fold(first));
  return {
    tables: tables.filter((path) => !isGiven(path)),
    unsure: tables.filter(isGiven),
    models,
    calls,
    all,
  };
}

/** Reads what begins at `at`. @returns where to go on */
function step(reading: Reading, at: number): number {
  const token = reading.tokens[at];
  const frame = frameOf(reading);
  if (token === undefined) return at + 1;
  if (token.kind === "mark") {
    punctuate(reading, at);
    return at + 1;
  }
  if (token.kind === "name") return isWord(token) && steer(reading, at) ? at + 1 : takeName(reading, at);
  frame.isTableNext = false;
  return at + 1;
}

/** Takes the name at `at`, with the name that is given to it, if any. @returns where to go on */
function takeName(reading: Reading, at: number): number {
  const { tokens } = reading;
  const frame = frameOf(reading);
  const { path, next } = readPath(tokens, at, frame.isTableNext);
  if (path.length > 1) reading.all.push(path);
  // Columns in parentheses follow the table of an INSERT and of DDL, and arguments everything else.
  const hasColumns = /^(INTO|INSERT|TABLE|VIEW|EXISTS|ON|REFERENCES)$/i.test(tokens[at - 1]?.text ?? "");
  const isCall = !(frame.isTableNext && hasColumns) && isMark(tokens[next], "(");
  if (isCall) reading.calls.push(path);
  else if (frame.isTableNext) reading.tables.push(path);
  if (frame.isModelNext) reading.models.push(path);
  if (frame.isTableNext) {
    reading.given.add(fold(path.at(-1)));
    giveName(reading, next);
  }
  frame.isTableNext = false;
  frame.isModelNext = false;
  return next;
}

/** Follows a keyword. @returns false for a word that is none */
function steer(reading: Reading, at: number): boolean {
  const { tokens } = reading;
  const frame = frameOf(reading);
  const word = tokens[at]?.text.toUpperCase() ?? "";
  // A part of a name, and a column that is called like a keyword.
  if (isMark(tokens[at - 1], ".") || isMark(tokens[at + 1], ".")) return false;
  if (reading.verb === "") reading.verb = word;
  if (frame.isTableNext && FILLER_WORDS.has(word)) return true;
  // Models are arguments of functions such as ML.PREDICT alone.
  const isArgument = word === "MODEL" ? frame.call?.startsWith(".") === true : frame.call !== null;
  const isInExtract = frame.call === "EXTRACT";
  const { verb, isInQuery } = reading;
  if (isTableWord(word, { tokens, at, verb, isInQuery, isArgument, isInExtract })) {
    const isFrom = word === "FROM" || word === "JOIN";
    frame.isTableNext = isFrom || !isMark(tokens[at + 1], "(");
    frame.isModelNext = word === "MODEL";
    frame.isInFrom ||= isFrom;
    return true;
  }
  if (word === "FROM") return true;
  if (!CLAUSE_WORDS.has(word)) return false;
  reading.isInQuery ||= word === "SELECT";
  frame.isTableNext = false;
  frame.isInFrom = false;
  return true;
}

function punctuate(reading: Reading, at: number): void {
  const { tokens, frames } = reading;
  const text = tokens[at]?.text ?? "";
  if (text === "(") {
    open(reading, at);
    return;
  }
  if (text === ")") {
    if (frames.length > 1) frames.pop();
    // What stands in parentheses in a list of tables may be given a name, too.
    if (frameOf(reading).isInFrom) giveName(reading, at + 1);
    return;
  }
  const frame = frameOf(reading);
  frame.isModelNext = false;
  frame.isInFrom &&= text !== ";" && text !== "|>";
  frame.isTableNext = text === "," && frame.isInFrom;
  if (text === ";") Object.assign(reading, { verb: "", isInQuery: false });
}

/** Parentheses around tables hold tables. */
function open(reading: Reading, at: number): void {
  const { tokens, frames } = reading;
  const frame = frameOf(reading);
  const caller = tokens[at - 1];
  const point = isMark(tokens[at - 2], ".") ? "." : "";
  const call = caller?.kind === "name" ? `${point}${caller.text.toUpperCase()}` : null;
  const isAround = frame.isTableNext;
  frames.push({ ...newFrame(call), isTableNext: isAround || call === "GRAPH_TABLE", isInFrom: isAround });
  frame.isTableNext = false;
}

/** Notes the name that follows a table, with or without AS. */
function giveName({ tokens, given }: Reading, at: number): void {
  const first = tokens[at];
  const alias = first !== undefined && isWord(first) && /^AS$/i.test(first.text) ? tokens[at + 1] : first;
  if (alias?.kind === "name") given.add(fold(alias.text));
}

function frameOf({ frames }: Reading): Frame {
  return frames.at(-1) ?? newFrame(null);
}

function newFrame(call: string | null): Frame {
  return { isTableNext: false, isModelNext: false, isInFrom: false, call };
}

function isWord(token: SqlToken): boolean {
  return token.kind === "name" && !token.isQuoted;
}

function isMark(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === "mark" && token.text === text;
}

/** Names that statements give do not heed case. */
function fold(name: string | undefined): string {
  return (name ?? "").toLowerCase();
}
