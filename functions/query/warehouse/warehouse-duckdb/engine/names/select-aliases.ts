import { StatementFailure } from "../failure.ts";
import { type Clause, isQuery, toGroup } from "../syntax/query-parts.ts";
import { isName, isPath, readSelectList, type SelectItem } from "../syntax/select-list.ts";
import {
  type Group,
  isParentheses,
  isSymbol,
  isWord,
  type Node,
  splitByComma,
} from "../syntax/syntax-tree.ts";

/** How many nodes may be copied into a statement: a long value under an alias that is used often would fill the memory. */
export interface CopyBudget {
  left: number;
}

/** Enough for what people write. */
export const COPIED_NODES = 100_000;

/** A column of the SELECT list that other clauses may name. */
interface Column {
  readonly item: SelectItem;
  /** Place in the list from 1; null behind a star, where it is not known. */
  readonly ordinal: number | null;
  readonly budget: CopyBudget;
}

/**
 * Spells out what the aliases of a SELECT list mean elsewhere. In GoogleSQL an alias hides a column of the same name in GROUP BY,
 * HAVING, QUALIFY and ORDER BY; in DuckDB the column hides the alias, so that `SELECT DATE_TRUNC(d, MONTH) AS d … GROUP BY d` would
 * group by day.
 * @throws StatementFailure `invalid_query` when that takes more than the budget
 */
export function resolveAliases(clauses: readonly Clause[], budget: CopyBudget): readonly Clause[] {
  const list = clauses[0];
  if (list?.kind !== "SELECT") return clauses;
  const columns = hidingColumns(list.body, budget);
  if (columns.size === 0) return clauses;
  return clauses.map((clause) => {
    if (clause.kind === "GROUP") return { ...clause, body: groupBy(clause.body, columns) };
    if (clause.kind === "HAVING" || clause.kind === "QUALIFY")
      return { ...clause, body: spellOut(clause.body, columns, false) };
    return clause.kind === "ORDER" ? { ...clause, body: orderBy(clause.body, columns) } : clause;
  });
}

/** The columns whose name may hide another; a name that two of them have is left alone. */
function hidingColumns(body: readonly Node[], budget: CopyBudget): Map<string, Column> {
  const { items } = readSelectList(body);
  const columns = new Map<string, Column | null>();
  let starSeen = false;
  items.forEach((item, i) => {
    starSeen ||= item.isStar;
    const key = item.name?.toLowerCase();
    const isItself = item.value.length === 1 && isPath(item.value) && textOf(item.value[0]) === key;
    if (key === undefined || isItself) return;
    const column = { item, ordinal: starSeen ? null : i + 1, budget };
    columns.set(key, columns.has(key) ? null : column);
  });
  return new Map([...columns].filter((entry): entry is [string, Column] => entry[1] !== null));
}

function textOf(node: Node | undefined): string | null {
  return isName(node) ? node.text.toLowerCase() : null;
}

/** Only a whole item of GROUP BY can be an alias. */
function groupBy(nodes: readonly Node[], columns: ReadonlyMap<string, Column>): Node[] {
  return joined(splitByComma(nodes), nodes, (part) => {
    const [first, second] = part;
    const column = part.length === 1 ? columns.get(textOf(first) ?? "") : undefined;
    if (first !== undefined && column !== undefined) return [groupItem(column, first)];
    const isSets = isWord(first, "ROLLUP", "CUBE", "GROUPING") || part.length === 1;
    return part.map((node) =>
      isSets && isParentheses(node) && (node !== first || second === undefined)
        ? { ...node, items: groupBy(node.items, columns) }
        : node,
    );
  });
}

function groupItem(column: Column, place: Node): Node {
  if (column.ordinal === null) return copied(column, place);
  const { ordinal } = column;
  return { kind: "sql", text: String(ordinal), start: place.start, end: place.end };
}

function copied({ item, budget }: Column, place: Node): Node {
  budget.left -= sizeOf(item.value);
  if (budget.left < 0)
    throw new StatementFailure(
      "invalid_query",
      "The statement is too long once its aliases are spelled out.",
    );
  return toGroup(item.value, place);
}

function sizeOf(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + (node.kind === "group" ? 1 + sizeOf(node.items) : 1), 0);
}

/** An alias alone is looked for first in DuckDB too, not so within an expression, and not the name of a field. */
function orderBy(nodes: readonly Node[], columns: ReadonlyMap<string, Column>): Node[] {
  return joined(splitByComma(nodes), nodes, (part) => {
    const isAlone = part.length === 1 || isWord(part[1], "ASC", "DESC", "NULLS");
    const [first] = part;
    if (!isAlone || !isName(first)) return spellOut(part, columns, false);
    const column = columns.get(textOf(first) ?? "");
    return column === undefined || column.item.isExplicit
      ? part
      : [groupItem(column, first), ...part.slice(1)];
  });
}

function joined(
  parts: readonly (readonly Node[])[],
  nodes: readonly Node[],
  change: (part: readonly Node[]) => readonly Node[],
): Node[] {
  const commas = nodes.filter((node) => isSymbol(node, ","));
  return parts.flatMap((part, i) => [...(i === 0 ? [] : [commas[i - 1] as Node]), ...change(part)]);
}

/** Parts of dates, which are words between a function's brackets and no names. */
const PARTS = new Set([
  ...[
    "MICROSECOND",
    "MILLISECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "DAYOFWEEK",
    "DAYOFYEAR",
    "DATE",
    "TIME",
  ],
  ...["WEEK", "ISOWEEK", "MONTH", "QUARTER", "YEAR", "ISOYEAR", "SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY"],
  ...["THURSDAY", "FRIDAY", "SATURDAY"],
]);

const AGGREGATES =
  /^(ANY_VALUE|APPROX_\w+|ARRAY_(CONCAT_)?AGG|AVG|BIT_(AND|OR|XOR)|CORR|COUNT|COUNTIF|COVAR_\w+|LOGICAL_(AND|OR)|MAX|MAX_BY|MIN|MIN_BY|STDDEV\w*|STRING_AGG|SUM|VAR(_\w+|IANCE))$/i;

function spellOut(nodes: readonly Node[], columns: ReadonlyMap<string, Column>, inCall: boolean): Node[] {
  return nodes.map((node, at) => {
    if (node.kind === "group") return spellOutGroup(node, nodes[at - 1], columns, inCall);
    const found = isFreeName(nodes, at, inCall) ? columns.get(textOf(node) ?? "") : undefined;
    // `s.a` is a field of the alias s, or a column of a table s.
    const isTable = isSymbol(nodes[at + 1], ".") && found !== undefined && isPath(found.item.value);
    const column = isTable ? undefined : found;
    return column === undefined || holdsQuery(column.item.value) ? node : copied(column, node);
  });
}

function spellOutGroup(
  group: Group,
  before: Node | undefined,
  columns: ReadonlyMap<string, Column>,
  inCall: boolean,
): Group {
  if (group.open === "(" && isQuery(group.items)) return group;
  // An aggregate's argument is read before grouping: an alias of an aggregate cannot be meant there.
  const known = before?.kind === "word" && AGGREGATES.test(before.text) ? plain(columns) : columns;
  return { ...group, items: spellOut(group.items, known, inCall || before?.kind === "word") };
}

function isFreeName(nodes: readonly Node[], at: number, inCall: boolean): boolean {
  const node = nodes[at];
  const next = nodes[at + 1];
  if (!isName(node) || isSymbol(nodes[at - 1], ".") || isParentheses(next)) return false;
  // `DATE '2024-01-31'` is a literal, also beside a column called date.
  if (isWord(nodes[at - 1], "OVER", "AS") || next?.kind === "string") return false;
  const isPart = inCall || isWord(nodes[at - 2], "INTERVAL") || isWord(nodes[at - 1], "INTERVAL");
  return !(isPart && node.kind === "word" && PARTS.has(node.text.toUpperCase()));
}

/** Columns that are computed from single rows. */
function plain(columns: ReadonlyMap<string, Column>): ReadonlyMap<string, Column> {
  return new Map([...columns].filter(([, { item }]) => !aggregates(item.value)));
}

function aggregates(nodes: readonly Node[]): boolean {
  return nodes.some((node, i) =>
    node.kind === "group"
      ? aggregates(node.items)
      : node.kind === "word" &&
        isParentheses(nodes[i + 1]) &&
        (AGGREGATES.test(node.text) || isWord(nodes[i + 2], "OVER")),
  );
}

function holdsQuery(nodes: readonly Node[]): boolean {
  return nodes.some((node) => node.kind === "group" && (isQuery(node.items) || holdsQuery(node.items)));
}
