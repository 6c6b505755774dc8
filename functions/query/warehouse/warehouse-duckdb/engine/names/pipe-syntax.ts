import { StatementFailure, unsupported } from "../failure.ts";
import {
  type Clause,
  isQuery,
  splitClauses,
  toGroup,
  toName,
  toSymbol,
  toWord,
} from "../syntax/query-parts.ts";
import { isName, readSelectList } from "../syntax/select-list.ts";
import { isParentheses, isSymbol, isWord, type Node, splitByComma } from "../syntax/syntax-tree.ts";
import { readOrdered } from "./pipe-order.ts";

/** A query that pipe operators are added to, clause by clause. */
interface Pipe {
  /** Any node, for the places of made-up ones. */
  readonly place: Node;
  readonly from: readonly Node[];
  readonly where: readonly Node[];
  /** What is selected; null for everything. */
  readonly list: readonly Node[] | null;
  readonly groupBy: readonly Node[];
  readonly orderBy: readonly Node[];
  readonly limit: readonly Node[];
}

/** Adds one operator, given the nodes after its words. */
type Operator = (pipe: Pipe, body: readonly Node[], words: readonly Node[]) => Pipe;

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
  const isPair = `${first} ${second}` in OPERATORS;
  const operator = OPERATORS[isPair ? `${first} ${second}` : first];
  if (operator === undefined) throw unsupported(`The pipe operator ${first || "without a name"}`);
  const taken = isPair ? 2 : 1;
  return operator(pipe, step.slice(taken), step.slice(0, taken));
}

/** The pipe so far as a table, which keeps the alias of a single table: later operators may still use it. */
function nest(pipe: Pipe): Pipe {
  const alias = aliasOf(pipe.from);
  const from: Node[] = [toGroup(toQuery(named(pipe)), pipe.place)];
  if (alias !== null && pipe.groupBy.length === 0)
    from.push(toWord("AS", pipe.place), toName(alias, pipe.place));
  return { place: pipe.place, from, where: [], list: null, groupBy: [], orderBy: [], limit: [] };
}

/** Columns without a name get the one that they would have in the result. */
function named(pipe: Pipe): Pipe {
  if (pipe.list === null) return pipe;
  const list = readSelectList(pipe.list);
  let unnamed = 0;
  const items = list.items.map((item) => {
    if (item.name !== null || item.isStar) return item.nodes;
    unnamed += 1;
    return [...item.nodes, toWord("AS", pipe.place), toName(`f${unnamed - 1}_`, pipe.place)];
  });
  const as = list.as === null ? [] : [toWord("AS", pipe.place), toWord(list.as, pipe.place)];
  return { ...pipe, list: [...list.prefix, ...as, ...commaList(items, pipe.place)] };
}

function aliasOf(from: readonly Node[]): string | null {
  const last = from.at(-1);
  if (!isName(last) || from.some((node) => isSymbol(node, ",") || isWord(node, "JOIN", "UNNEST")))
    return null;
  const name = last.text.split(".").at(-1) ?? "";
  return name === "" || name.includes("*") ? null : name;
}

function toQuery(pipe: Pipe): Node[] {
  const { place, from, where, list, groupBy, orderBy, limit } = pipe;
  const word = (text: string) => toWord(text, place);
  return [
    ...[word("SELECT"), ...(list ?? [toSymbol("*", place)]), word("FROM"), ...from],
    ...(where.length > 0 ? [word("WHERE"), ...where] : []),
    ...(groupBy.length > 0 ? [word("GROUP"), word("BY"), ...groupBy] : []),
    ...(orderBy.length > 0 ? [word("ORDER"), word("BY"), ...orderBy] : []),
    ...(limit.length > 0 ? [word("LIMIT"), ...limit] : []),
  ];
}

function commaList(items: readonly (readonly Node[])[], place: Node): Node[] {
  return items.flatMap((item, i) => (i === 0 ? [...item] : [toSymbol(",", place), ...item]));
}

/** A pipe of which only tables and conditions are known. */
function plain(pipe: Pipe): Pipe {
  return pipe.list !== null || pipe.orderBy.length > 0 || pipe.limit.length > 0 ? nest(pipe) : pipe;
}

const where: Operator = (pipe, body) => {
  const base = plain(pipe);
  const condition = toGroup(body, pipe.place);
  const before = base.where.length > 0 ? [...base.where, toWord("AND", pipe.place)] : [];
  return { ...base, where: [...before, condition] };
};

const select: Operator = (pipe, body) => {
  if (body.some((node) => isWord(node, "WINDOW"))) throw unsupported("WINDOW in a pipe operator");
  return { ...plain(pipe), list: body };
};

const extend: Operator = (pipe, body) => {
  if (body.some((node) => isWord(node, "WINDOW"))) throw unsupported("WINDOW in a pipe operator");
  const base = plain(pipe);
  return nest({ ...base, list: [toSymbol("*", pipe.place), toSymbol(",", pipe.place), ...body] });
};

/** `SET column = value, …` changes columns where they stand. */
const set: Operator = (pipe, body) => {
  const changes = splitByComma(body).map((part) => {
    const [column, equals, ...value] = part;
    if (!isName(column) || !isSymbol(equals, "=") || value.length === 0) throw invalid("SET column = value");
    return [toGroup(value, pipe.place), toWord("AS", pipe.place), column];
  });
  return starWith(pipe, "REPLACE", commaList(changes, pipe.place));
};

const drop: Operator = (pipe, body) => starWith(pipe, "EXCEPT", body);

/** The translator does not know `* RENAME (…)`: `restoreRename` writes it in the end. */
const rename: Operator = (pipe, body) => {
  const changes = splitByComma(body).map((part) => {
    const [column, ...rest] = part;
    const to = rest.at(-1);
    if (!isName(column) || !isName(to) || rest.length > 2) throw invalid("RENAME old AS new");
    const text = `GS_RENAME(\`${column.text.replaceAll("`", "")}\`)`;
    return [
      { kind: "sql" as const, text, start: column.start, end: column.end },
      toWord("AS", pipe.place),
      to,
    ];
  });
  return starWith(pipe, "REPLACE", commaList(changes, pipe.place));
};

function starWith(pipe: Pipe, word: string, items: readonly Node[]): Pipe {
  const { place } = pipe;
  const base = plain(pipe);
  // The table's alias still means its columns as they were before, which are gone: it is not kept.
  const list = [toSymbol("*", place), toWord(word, place), toGroup(items, place)];
  return { ...nest(pipe), from: [toGroup(toQuery({ ...base, list }), place)] };
}

const as: Operator = (pipe, body) => {
  const [name] = body;
  if (!isName(name) || body.length > 1) throw invalid("AS alias");
  const from = [toGroup(toQuery(named(pipe)), pipe.place), toWord("AS", pipe.place), name];
  return { ...nest(pipe), from };
};

const orderBy: Operator = (pipe, body) => ({ ...plain(pipe), orderBy: body });

const limit: Operator = (pipe, body) => ({ ...(pipe.limit.length > 0 ? nest(pipe) : pipe), limit: body });

const distinct: Operator = (pipe) => {
  const base = plain(nest(pipe));
  return { ...base, list: [toWord("DISTINCT", pipe.place), toSymbol("*", pipe.place)] };
};

/** A RIGHT or FULL join keeps rows that an earlier WHERE must not see. */
const join: Operator = (pipe, body, words) => {
  const base = plain(pipe);
  const keepsOthers = isWord(words[0], "RIGHT", "FULL") && base.where.length > 0;
  const start = keepsOthers ? nest(base) : base;
  return { ...start, from: [...start.from, ...words, ...body] };
};

/** Groups come first, then the aggregates; a suffix such as DESC orders by its column. */
const aggregate: Operator = (pipe, body) => {
  const group = body.findIndex((node) => isWord(node, "GROUP"));
  const values = group < 0 ? body : body.slice(0, group);
  const isOrdered = group >= 0 && isWord(body[group + 1], "AND");
  const keys = group < 0 ? [] : body.slice(group + (isOrdered ? 4 : 2));
  const { place } = pipe;
  const groups = splitByComma(keys).map((part) => readOrdered(part, isOrdered));
  if (groups.some(({ nodes }) => isWord(nodes[0], "ROLLUP", "CUBE", "GROUPING", "ALL"))) {
    throw unsupported("ROLLUP, CUBE, GROUPING SETS or ALL in the pipe operator AGGREGATE");
  }
  const columns = [...groups, ...splitByComma(values).map((part) => readOrdered(part, false))];
  const order = columns.flatMap(({ suffix }, i) =>
    suffix === null ? [] : [[ordinal(i + 1, place), ...suffix]],
  );
  return {
    ...plain(pipe),
    list: commaList(
      columns.map(({ nodes }) => nodes),
      place,
    ),
    groupBy: commaList(
      groups.map((_, i) => [ordinal(i + 1, place)]),
      place,
    ),
    orderBy: commaList(order, place),
  };
};

function ordinal(value: number, { start, end }: Node): Node {
  return { kind: "sql", text: String(value), start, end };
}

/** `UNION ALL (query), (query)`. */
const combine: Operator = (pipe, body, words) => {
  if (!isParentheses(body[0])) throw unsupported(`${textOf(words)} with ${textOf(body.slice(0, 1))}`);
  const parts = splitByComma(body).filter((part) => part.length > 0);
  const operands = parts.map(([query, ...more]) => {
    if (!isParentheses(query) || !isQuery(query.items) || more.length > 0)
      throw invalid(`${textOf(words)} (query)`);
    return [...words, query];
  });
  const all = [toGroup(toQuery(named(pipe)), pipe.place), ...operands.flat()];
  return { ...nest(pipe), from: [toGroup(all, pipe.place)] };
};

/** PIVOT, UNPIVOT and TABLESAMPLE stand after the table that they change. */
const pivot: Operator = (pipe, body, words) => {
  const base = nest(pipe);
  return { ...base, from: [base.from[0] as Node, ...words, ...body] };
};

function textOf(nodes: readonly Node[]): string {
  return nodes.map((node) => ("text" in node ? node.text.toUpperCase() : "")).join(" ");
}

function invalid(wanted: string): StatementFailure {
  return new StatementFailure("invalid_query", `Syntax error in pipe syntax: expected ${wanted}.`);
}

const OPERATORS: Readonly<Record<string, Operator>> = {
  WHERE: where,
  SELECT: select,
  EXTEND: extend,
  SET: set,
  DROP: drop,
  RENAME: rename,
  AS: as,
  "ORDER BY": orderBy,
  LIMIT: limit,
  DISTINCT: distinct,
  JOIN: join,
  INNER: join,
  LEFT: join,
  RIGHT: join,
  FULL: join,
  CROSS: join,
  AGGREGATE: aggregate,
  "UNION ALL": combine,
  "UNION DISTINCT": combine,
  "INTERSECT DISTINCT": combine,
  "EXCEPT DISTINCT": combine,
  PIVOT: pivot,
  UNPIVOT: pivot,
  TABLESAMPLE: pivot,
};
