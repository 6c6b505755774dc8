import { placeOf, SqlTextError, type SqlToken, tokenize } from "./sql-tokens.ts";

/** What BigQuery calls a request's statements, and the words of the last one. */
export interface StatementShape {
  /** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2.FIELDS.statement_type */
  readonly type: string;
  readonly statements: readonly (readonly SqlToken[])[];
}

const SCRIPTING = new Set(
  "BEGIN DECLARE SET EXECUTE IF LOOP WHILE REPEAT FOR CASE RAISE RETURN BREAK LEAVE CONTINUE ITERATE COMMIT ROLLBACK".split(
    " ",
  ),
);
const QUERY_STARTS = new Set(["SELECT", "WITH", "FROM", "("]);
const PLAIN = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "ASSERT", "GRANT", "REVOKE"]);
const TWO_WORDS = new Set(["TRUNCATE TABLE", "EXPORT DATA", "EXPORT MODEL", "LOAD DATA", "UNDROP SCHEMA"]);
/** Words between the verb and the kind of thing in DDL. */
const MODIFIERS = new Set("OR REPLACE TEMP TEMPORARY IF NOT EXISTS AGGREGATE PRIVATE PUBLIC".split(" "));
const KINDS: readonly (readonly [words: string, kind: string])[] = [
  ["EXTERNAL TABLE", "EXTERNAL_TABLE"],
  ["EXTERNAL SCHEMA", "SCHEMA"],
  ["SNAPSHOT TABLE", "SNAPSHOT_TABLE"],
  ["TABLE FUNCTION", "TABLE_FUNCTION"],
  ["MATERIALIZED VIEW", "MATERIALIZED_VIEW"],
  ["ROW ACCESS POLICY", "ROW_ACCESS_POLICY"],
  ["ALL ROW ACCESS POLICIES", "ROW_ACCESS_POLICY"],
  ["SEARCH INDEX", "SEARCH_INDEX"],
  ["VECTOR INDEX", "VECTOR_INDEX"],
  ["TABLE", "TABLE"],
  ["VIEW", "VIEW"],
  ["SCHEMA", "SCHEMA"],
  ["MODEL", "MODEL"],
  ["FUNCTION", "FUNCTION"],
  ["PROCEDURE", "PROCEDURE"],
  ["CAPACITY", "CAPACITY"],
  ["RESERVATION", "RESERVATION"],
  ["ASSIGNMENT", "ASSIGNMENT"],
  ["PROJECT", "PROJECT"],
  ["ORGANIZATION", "ORGANIZATION"],
];
/** What a pipe may end in that writes. */
const PIPE_WRITES: Readonly<Record<string, string>> = {
  INSERT: "INSERT",
  EXPORT: "EXPORT_DATA",
  CREATE: "CREATE_TABLE_AS_SELECT",
};

/**
 * Imitates the statement type that BigQuery's dry run reports. It knows the words that statements begin with and not their
 * grammar: what it takes for a SELECT may still be wrong in the engine's eyes.
 * @throws SqlTextError for what begins like no statement
 */
export function shapeOf(sql: string): StatementShape {
  const statements = splitStatements(tokenize(sql));
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined)
    throw new SqlTextError("Syntax error: Unexpected end of statement");
  const type = typeOf(first, sql);
  // What follows within a block, such as END IF, begins like no statement.
  if (type === "SCRIPT" || statements.length === 1) return { type, statements };
  // "A script, unless the statements consist entirely of CREATE TEMP FUNCTION statements with a single final query statement."
  const isPrelude = statements.slice(0, -1).every(isTemporaryFunction) && typeOf(last, sql) === "SELECT";
  return { type: isPrelude ? "SELECT" : "SCRIPT", statements };
}

function typeOf(statement: readonly SqlToken[], sql: string): string {
  const words = statement.map(({ upper }) => upper);
  const [first = "", second = "", third = ""] = words;
  // A label before a block: `name: BEGIN`.
  if (SCRIPTING.has(first) || (second === ":" && SCRIPTING.has(third))) return "SCRIPT";
  if (QUERY_STARTS.has(first)) return pipeWrite(words) ?? "SELECT";
  if (PLAIN.has(first)) return first;
  if (TWO_WORDS.has(`${first} ${second}`)) return `${first}_${second}`;
  if (["CREATE", "DROP", "ALTER"].includes(first)) {
    const kind = kindOf(words.slice(1));
    if (kind !== null)
      return first === "CREATE" && kind === "TABLE" && makesFromQuery(words)
        ? "CREATE_TABLE_AS_SELECT"
        : `${first}_${kind}`;
  }
  const [{ text, start } = { text: "", start: 0 }] = statement;
  throw new SqlTextError(`Syntax error: Unexpected identifier "${text}" at ${placeOf(sql, start)}`);
}

function pipeWrite(words: readonly string[]): string | null {
  const verb = words.find(
    (_, index) => words[index - 1] === "|>" && words[index] !== undefined && words[index] in PIPE_WRITES,
  );
  return verb === undefined ? null : (PIPE_WRITES[verb] ?? null);
}

function kindOf(words: readonly string[]): string | null {
  const rest = words.slice(words.findIndex((word) => !MODIFIERS.has(word))).join(" ");
  return KINDS.find(([form]) => rest === form || rest.startsWith(`${form} `))?.[1] ?? null;
}

function makesFromQuery(words: readonly string[]): boolean {
  let depth = 0;
  return words.some((word, index) => {
    if (word === "(") depth += 1;
    if (word === ")") depth -= 1;
    return depth === 0 && word === "AS" && QUERY_STARTS.has(words[index + 1] ?? "");
  });
}

function isTemporaryFunction(statement: readonly SqlToken[]): boolean {
  const words = statement.map(({ upper }) => upper);
  const isTemporary = words.slice(1, 4).some((word) => word === "TEMP" || word === "TEMPORARY");
  return words[0] === "CREATE" && isTemporary && kindOf(words.slice(1)) === "FUNCTION";
}

/** A procedure's body has semicolons of its own, between BEGIN and END. */
function splitStatements(tokens: readonly SqlToken[]): SqlToken[][] {
  const statements: SqlToken[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    const statement = statements.at(-1);
    if (statement === undefined) break;
    const isBody = statement[0]?.upper === "CREATE" && statement.some(({ upper }) => upper === "PROCEDURE");
    if (isBody) depth += nesting(token, tokens[index - 1], tokens[index + 1]);
    if (token.text === ";" && token.kind === "symbol" && depth <= 0) {
      depth = 0;
      if (statement.length > 0) statements.push([]);
    } else statement.push(token);
  }
  return statements.filter(({ length }) => length > 0);
}

/** Blocks that end in END and no more; of the others, the END is left out as their beginning is. */
function nesting(
  { upper, kind }: SqlToken,
  before: SqlToken | undefined,
  after: SqlToken | undefined,
): number {
  if (kind !== "word") return 0;
  if (upper === "END") return ["IF", "LOOP", "WHILE", "REPEAT", "FOR"].includes(after?.upper ?? "") ? 0 : -1;
  return (upper === "BEGIN" || upper === "CASE") && before?.upper !== "END" ? 1 : 0;
}
