import { unsupported } from "../failure.ts";
import { type Clause, splitClauses, toGroup } from "../syntax/query-parts.ts";
import { isParentheses, isSymbol, type Node } from "../syntax/syntax-tree.ts";
import { invalid, type Pipe, textOf, toQuery } from "./pipe.ts";
import { PIPE_OPERATORS } from "./pipe-operators.ts";

/**
 * Writes a query in pipe syntax as nested queries; a query that is only `FROM t` too
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax).
 * @throws StatementFailure `unsupported_sql` for an operator that has no rule
 */
export function rewritePipes(nodes: readonly Node[]): Node[] {
  const [first = [], ...steps] = splitAtPipes(nodes);
  if (steps.length > MAX_STEPS) throw unsupported(`A query of more than ${MAX_STEPS} pipe operators`);
  const clauses = splitClauses(first);
  const [with_] = clauses;
  const named = with_?.kind === "WITH" ? [...with_.keyword, ...with_.body] : [];
  const start = startOf(named.length > 0 ? clauses.slice(1) : clauses, first);
  return [...named, ...toQuery(steps.reduce(addStep, start))];
}

/** Each may nest the query once more. */
const MAX_STEPS = 60;

/** True for a query that has pipes, or nothing but FROM. */
export function isPipeQuery(nodes: readonly Node[]): boolean {
  if (nodes.some((node) => isSymbol(node, "|>"))) return true;
  const clauses = splitClauses(nodes);
  return (clauses[0]?.kind === "WITH" ? clauses[1] : clauses[0])?.kind === "FROM";
}

function splitAtPipes(nodes: readonly Node[]): Node[][] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (isSymbol(node, "|>")) parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return parts;
}

function startOf(clauses: readonly Clause[], nodes: readonly Node[]): Pipe {
  const [only, ...more] = clauses;
  const place = nodes[0];
  if (only === undefined || place === undefined) throw invalid("a query before the first |>");
  const empty = { place, where: [], list: null, groupBy: [], orderBy: [], limit: [] };
  // `(query) AS t |> …` names the rows.
  const isNamed = only.kind === "QUERY" && nodes.length > 1 && more.length === 0;
  if (isNamed && isParentheses(nodes[0])) return { ...empty, from: nodes };
  if (only.kind !== "FROM") {
    const query = clauses.flatMap(({ keyword, body }) => [...keyword, ...body]);
    return { ...empty, from: [toGroup(query, place)] };
  }
  if (more.length > 0) throw invalid("only |> after FROM");
  return { ...empty, from: only.body };
}

function addStep(pipe: Pipe, step: readonly Node[]): Pipe {
  const [first = "", second = ""] = step.slice(0, 2).map((node) => textOf([node]));
  const isPair = `${first} ${second}` in PIPE_OPERATORS;
  const operator = PIPE_OPERATORS[isPair ? `${first} ${second}` : first];
  if (operator === undefined) throw unsupported(`The pipe operator ${first || "without a name"}`);
  const taken = isPair ? 2 : 1;
  return operator(pipe, step.slice(taken), step.slice(0, taken));
}
