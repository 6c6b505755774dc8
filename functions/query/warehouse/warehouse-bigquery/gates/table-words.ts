import type { SqlToken } from "./sql-tokens.ts";

/** Where a word stands. */
export interface WordPlace {
  readonly tokens: readonly SqlToken[];
  readonly at: number;
  /** The statement's first word, in capitals. */
  readonly verb: string;
  /** SELECT has been read in this statement. */
  readonly isInQuery: boolean;
  /** The word is among the arguments of a function. */
  readonly isArgument: boolean;
  /** The word is directly in `EXTRACT(… FROM …)`. */
  readonly isInExtract: boolean;
}

const QUERIES = new Set(["SELECT", "WITH", "FROM"]);
/** In front of what a statement makes, changes or drops. In a query they are columns. */
const OBJECT_WORDS = new Set(
  (
    "INTO UPDATE TABLE VIEW MODEL MERGE DELETE INSERT CALL FUNCTION PROCEDURE SCHEMA CLONE COPY USING REFERENCES " +
    "FOR GRAPH"
  ).split(" "),
);
/** In front of a table in DDL: `CREATE … INDEX i ON t`, `CREATE TABLE t LIKE u`. */
const DDL_WORDS = new Set(["ON", "LIKE"]);
const DDL_VERBS = new Set(["CREATE", "DROP", "ALTER", "GRANT", "REVOKE"]);

/** True for a word after which a table, a model or the like is named. */
export function isTableWord(word: string, place: WordPlace): boolean {
  const { tokens, at, verb, isInQuery } = place;
  if (word === "FROM") return !place.isInExtract && !isDistinctFrom(tokens, at);
  if (word === "JOIN") return true;
  if (word === "TABLE" || word === "MODEL") {
    if (place.isArgument) return true;
  }
  if (word === "GRAPH" && isStart(tokens[at - 1])) return true;
  if (isInQuery || QUERIES.has(verb)) return false;
  return OBJECT_WORDS.has(word) || (DDL_WORDS.has(word) && DDL_VERBS.has(verb));
}

/** `a IS [NOT] DISTINCT FROM b` compares values. */
function isDistinctFrom(tokens: readonly SqlToken[], at: number): boolean {
  const before = (steps: number): string => tokens[at - steps]?.text.toUpperCase() ?? "";
  return before(1) === "DISTINCT" && (before(2) === "IS" || (before(2) === "NOT" && before(3) === "IS"));
}

function isStart(before: SqlToken | undefined): boolean {
  return before === undefined || before.text === "(" || before.text === ";";
}
