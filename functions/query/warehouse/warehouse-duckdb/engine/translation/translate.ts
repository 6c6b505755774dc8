import { Dialect, transpile } from "@polyglot-sql/sdk";
import { StatementFailure, StatementRefused, unsupported } from "../failure.ts";
import { restoreRename } from "../names/pipe-rename.ts";
import { toVariables } from "../names/query-parameters.ts";
import { resolveNames } from "../names/resolve-names.ts";
import type { NameDefaults } from "../names/table-path.ts";
import { restoreLike } from "../rules/like-rule.ts";
import { createWriter } from "../rules/rewrite.ts";
import { restoreUnnest } from "../rules/unnest-rule.ts";
import { checkBits } from "../syntax/check-bits.ts";
import { checkDialect } from "../syntax/check-dialect.ts";
import { type Token, tokenize } from "../syntax/lexer.ts";
import { isSymbol, isWord, toTree } from "../syntax/syntax-tree.ts";
import { checkKept } from "./check-kept.ts";
import { checkNan } from "./check-nan.ts";

const READS: ReadonlySet<string> = new Set(["SELECT", "WITH", "FROM"]);
const SCRIPTS: ReadonlySet<string> = new Set([
  ...[
    "DECLARE",
    "BEGIN",
    "SET",
    "IF",
    "LOOP",
    "WHILE",
    "FOR",
    "REPEAT",
    "CASE",
    "RAISE",
    "EXECUTE",
    "COMMIT",
    "ROLLBACK",
  ],
]);

/** What a statement's text alone does not say. */
export interface TranslationContext extends NameDefaults {
  /** Names of the parameters; null for those by position. */
  readonly parameters: readonly { readonly name: string | null }[];
}

/**
 * Turns one GoogleSQL query into DuckDB's SQL.
 * @throws StatementRefused for more than one statement, or one that is no query; StatementFailure `invalid_query` or
 * `unsupported_sql`
 */
export function translate(sql: string, context: TranslationContext): string {
  const statement = oneStatement(tokenize(sql));
  checkNan(statement);
  const tree = toTree(sql, toVariables(sql, statement, context.parameters));
  checkDialect(sql, tree);
  checkBits(tree);
  const rewritten = createWriter(sql)(resolveNames(sql, tree, context));
  const result = transpile(rewritten, Dialect.BigQuery, Dialect.DuckDB, {
    complexityGuard: { maxParserDepth: 512 },
  });
  if (!result.success || result.sql === undefined) throw parseFailure(result.error ?? "");
  const [only, ...more] = result.sql;
  if (only === undefined || more.length > 0) throw new StatementFailure("invalid_query", "Syntax error.");
  checkKept(rewritten, only);
  return restoreLike(restoreRename(restoreUnnest(only)));
}

function oneStatement(tokens: readonly Token[]): readonly Token[] {
  const [start] = tokens;
  const startWord = start?.kind === "word" ? start.text.toUpperCase() : "";
  if (SCRIPTS.has(startWord)) throw unsupported(`${startWord} (scripting)`);
  if (startWord === "CREATE" && tokens.slice(1, 4).some((token) => isWord(token, "TEMP", "TEMPORARY")))
    throw unsupported(
      "CREATE TEMP (a temporary object; a query's own tables are written WITH name AS (SELECT …))",
    );
  const end = tokens.findIndex((token) => isSymbol(token, ";"));
  const statement = end < 0 ? tokens : tokens.slice(0, end);
  const rest = end < 0 ? [] : tokens.slice(end + 1);
  if (rest.some((token) => !isSymbol(token, ";"))) {
    throw new StatementRefused(
      "multiple_statements",
      "Send one statement only: the SQL holds more than one.",
    );
  }
  const first = statement.find((token) => !isSymbol(token, "("));
  if (first === undefined)
    throw new StatementFailure("invalid_query", "The SQL is empty. Send one SELECT statement.");
  const word = first.kind === "word" ? first.text.toUpperCase() : "";
  if (STATEMENTS.has(word)) {
    throw new StatementRefused(
      "write_not_allowed",
      `${word} is not allowed: send a SELECT statement, which only reads.`,
    );
  }
  if (!READS.has(word))
    throw new StatementFailure("invalid_query", "Syntax error: a query starts with SELECT or WITH.");
  return statement;
}

const STATEMENTS: ReadonlySet<string> = new Set([
  ...[
    "INSERT",
    "UPDATE",
    "DELETE",
    "MERGE",
    "TRUNCATE",
    "CREATE",
    "ALTER",
    "DROP",
    "UNDROP",
    "GRANT",
    "REVOKE",
    "EXPORT",
  ],
  ...[
    "LOAD",
    "CALL",
    "ASSERT",
    "ATTACH",
    "DETACH",
    "COPY",
    "INSTALL",
    "PRAGMA",
    "USE",
    "VACUUM",
    "CHECKPOINT",
    "IMPORT",
  ],
  ...["REPLACE", "RENAME", "EXPLAIN", "DESCRIBE", "SHOW", "PREPARE", "DEALLOCATE", "RESET"],
]);

/** The translator's places point into the rewritten text, so only what it says is kept. */
function parseFailure(error: string): StatementFailure {
  const what = error
    .replace(/^WASM transpile failed:?\s*/i, "")
    .replace(/^(Parse|Tokenization|Generate) error( at line \d+, column \d+)?:?\s*/i, "")
    .replace(/\bGS_/g, "")
    .slice(0, 300);
  return new StatementFailure("invalid_query", `Syntax error: ${what || "the statement does not parse"}.`);
}
