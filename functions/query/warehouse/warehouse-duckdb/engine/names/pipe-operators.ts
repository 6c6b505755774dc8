import { unsupported } from "../failure.ts";
import { isQuery, toGroup, toSymbol, toWord } from "../syntax/query-parts.ts";
import { isName } from "../syntax/select-list.ts";
import { isParentheses, isSymbol, isWord, type Node, splitByComma } from "../syntax/syntax-tree.ts";
import { commaList, invalid, named, nest, type Pipe, plain, textOf, toQuery } from "./pipe.ts";
import { readOrdered } from "./pipe-order.ts";

/** Adds one operator, given the nodes after its words. */
export type Operator = (pipe: Pipe, body: readonly Node[], words: readonly Node[]) => Pipe;

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

/** Each pipe operator by its words (https://cloud.google.com/bigquery/docs/reference/standard-sql/pipe-syntax#pipe_operators). */
export const PIPE_OPERATORS: Readonly<Record<string, Operator>> = {
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
