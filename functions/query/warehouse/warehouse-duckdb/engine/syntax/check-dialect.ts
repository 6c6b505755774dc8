import { StatementFailure } from "../failure.ts";
import { placeOf } from "./lexer.ts";
import { endsOperand } from "./literal-neighbours.ts";
import { isQuery } from "./query-parts.ts";
import { isParentheses, isSymbol, isWord, type Node } from "./syntax-tree.ts";

/**
 * Refuses what other dialects write and GoogleSQL does not have: the translator knows all dialects, and DuckDB would answer
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/operators).
 * @throws StatementFailure `invalid_query` with the place, and what to write instead
 */
export function checkDialect(sql: string, nodes: readonly Node[]): void {
  for (const [at, node] of nodes.entries()) {
    const advice = foreignAt(nodes, at);
    if (advice !== null)
      throw new StatementFailure("invalid_query", `Syntax error at ${placeOf(sql, node.start)}: ${advice}.`);
    if (node.kind === "group") checkDialect(sql, node.items);
  }
}

/** Says what stands at a place that GoogleSQL does not have; null when there is nothing. */
function foreignAt(nodes: readonly Node[], at: number): string | null {
  const node = nodes[at];
  if (node?.kind === "symbol") return foreignSymbol(nodes, at, node.text);
  if (node?.kind !== "word" || isSymbol(nodes[at - 1], ".")) return null;
  return FOREIGN_WORDS[node.text.toUpperCase()]?.(nodes, at) ?? null;
}

/** Operators of two symbols without a space between them. */
const PAIRS: Readonly<Record<string, string>> = {
  "==": "GoogleSQL compares with =",
  "//": "GoogleSQL has no //; write DIV(x, y)",
  "**": "GoogleSQL has no **; write POW(x, y)",
  "::": "GoogleSQL has no ::; write CAST(x AS type)",
  "&&": "GoogleSQL has no &&; write AND",
  "->>": "GoogleSQL has no ->>; write JSON_VALUE(x, '$.name')",
  "!~": "GoogleSQL has no !~; write NOT REGEXP_CONTAINS(x, pattern)",
  "<=>": "GoogleSQL has no <=>; write IS NOT DISTINCT FROM",
};
const COMPARISONS = ["=", "<>", "!=", "<", "<=", ">", ">="];

function foreignSymbol(nodes: readonly Node[], at: number, text: string): string | null {
  const [next, afterNext] = nodes.slice(at + 1, at + 3);
  if (text === "%") return "GoogleSQL has no operator %; write MOD(x, y)";
  if (text === "~" && endsOperand(nodes[at - 1]))
    return "~ takes one value; write REGEXP_CONTAINS(x, pattern)";
  if (isWord(next, "ANY", "SOME", "ALL") && isParentheses(afterNext) && COMPARISONS.includes(text))
    return `GoogleSQL compares with one value; write x IN (…) or a subquery with MIN or MAX instead of ${next.text.toUpperCase()}`;
  const isTouching = next?.kind === "symbol" && next.start === nodes[at]?.end;
  const advice = isTouching ? PAIRS[`${text}${next.text}`] : undefined;
  return advice ?? starAdvice(nodes, at);
}

/** `* EXCLUDE …` and `* EXCEPT x`. */
function starAdvice(nodes: readonly Node[], at: number): string | null {
  const [before, star, next, afterNext] = [nodes[at - 1], nodes[at], nodes[at + 1], nodes[at + 2]];
  const isStar =
    isSymbol(star, "*") &&
    (isSymbol(before, ",") || isSymbol(before, ".") || isWord(before, "SELECT", "DISTINCT", "ALL"));
  if (!isStar) return null;
  if (isWord(next, "EXCLUDE", "RENAME", "ILIKE", "LIKE", "GLOB"))
    return `GoogleSQL has no * ${next.text.toUpperCase()}; write * EXCEPT (column, …) or * REPLACE (expression AS column)`;
  const isBare = isWord(next, "EXCEPT", "REPLACE") && !isParentheses(afterNext);
  return isBare ? `write * ${next.text.toUpperCase()} (…) with brackets` : null;
}

type Foreign = (nodes: readonly Node[], at: number) => string | null;

/** The word stands between two values, as an operator does. */
function between(advice: string): Foreign {
  return (nodes, at) => {
    const before = isWord(nodes[at - 1], "NOT") ? at - 2 : at - 1;
    return endsOperand(nodes[before]) && startsOperand(nodes[at + 1]) ? advice : null;
  };
}

function startsOperand(node: Node | undefined): boolean {
  return (
    node?.kind === "string" || node?.kind === "number" || node?.kind === "quoted" || node?.kind === "sql"
  );
}

const JOIN_WORDS = ["INNER", "LEFT", "RIGHT", "FULL", "OUTER", "SEMI", "ANTI"];

function joins(advice: string): Foreign {
  return (nodes, at) => {
    let next = at + 1;
    while (isWord(nodes[next], ...JOIN_WORDS)) next += 1;
    return isWord(nodes[next], "JOIN") ? advice : null;
  };
}

const REGEXP = "write REGEXP_CONTAINS(x, pattern)";

const FOREIGN_WORDS: Readonly<Record<string, Foreign>> = {
  ASOF: joins("GoogleSQL has no ASOF JOIN; join on the range and keep one row with QUALIFY"),
  NATURAL: joins("GoogleSQL has no NATURAL JOIN; write JOIN … USING (column, …)"),
  POSITIONAL: joins("GoogleSQL has no POSITIONAL JOIN; number the rows with ROW_NUMBER() and join on that"),
  SEMI: joins("GoogleSQL has no SEMI JOIN; write WHERE EXISTS (SELECT …)"),
  ANTI: joins("GoogleSQL has no ANTI JOIN; write WHERE NOT EXISTS (SELECT …)"),
  ON: (nodes, at) =>
    isWord(nodes[at - 1], "DISTINCT") && isWord(nodes[at - 2], "SELECT")
      ? "GoogleSQL has no DISTINCT ON; write QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) = 1"
      : null,
  TOP: (nodes, at) =>
    isWord(nodes[at - 1], "SELECT", "DISTINCT", "ALL") && nodes[at + 1]?.kind === "number"
      ? "GoogleSQL has no TOP; write LIMIT at the end"
      : null,
  LIMIT: (nodes, at) =>
    isWord(nodes[at + 2], "PERCENT") || isSymbol(nodes[at + 2], ",")
      ? "LIMIT takes one count of rows; write LIMIT count OFFSET skipped"
      : null,
  NULL: (nodes, at) =>
    isWord(nodes[at - 1], "NOT") && endsOperand(nodes[at - 2]) ? "write IS NOT NULL" : null,
  SYMMETRIC: (nodes, at) =>
    isWord(nodes[at - 1], "BETWEEN") && !isWord(nodes[at + 1], "AND")
      ? "GoogleSQL has no BETWEEN SYMMETRIC; write x BETWEEN LEAST(a, b) AND GREATEST(a, b)"
      : null,
  ESCAPE: between("GoogleSQL has no ESCAPE; write a backslash before % or _ in the pattern"),
  ILIKE: between("GoogleSQL has no ILIKE; write LOWER(x) LIKE pattern, in small letters"),
  RLIKE: between(REGEXP),
  REGEXP: between(REGEXP),
  GLOB: between(REGEXP),
  SIMILAR: (nodes, at) => (endsOperand(nodes[at - 1]) && isWord(nodes[at + 1], "TO") ? REGEXP : null),
  MOD: between("GoogleSQL has no operator MOD; write MOD(x, y)"),
  DIV: between("GoogleSQL has no operator DIV; write DIV(x, y)"),
  TIME: (nodes, at) =>
    isWord(nodes[at - 1], "AT") && isWord(nodes[at + 1], "ZONE") && !isTimeZoneClause(nodes)
      ? "AT TIME ZONE stands in EXTRACT and CAST … FORMAT alone; write DATETIME(timestamp, zone) or TIMESTAMP(datetime, zone)"
      : null,
};

/** True within EXTRACT(part FROM x AT TIME ZONE z) and CAST(x AS STRING FORMAT f AT TIME ZONE z). */
function isTimeZoneClause(nodes: readonly Node[]): boolean {
  return !isQuery(nodes) && nodes.some((node) => isWord(node, "FROM", "FORMAT"));
}
