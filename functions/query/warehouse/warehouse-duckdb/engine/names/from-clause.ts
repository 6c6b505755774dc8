import { StatementFailure, unsupported } from "../failure.ts";
import { toGroup, toName, toWord } from "../syntax/query-parts.ts";
import { isName, isPath } from "../syntax/select-list.ts";
import { type Group, isParentheses, isSymbol, isWord, type Node } from "../syntax/syntax-tree.ts";
import type { CopyBudget } from "./select-aliases.ts";
import { aliasNodes, type NameDefaults, readTablePath, resolveTable, type TablePath } from "./table-path.ts";

/** What a name can stand for where a query is read; all in small letters. */
export interface NameScope {
  /** Names of WITH. */
  readonly queries: ReadonlySet<string>;
  /** Tables of this FROM clause, as far as they are read, and of the queries around. */
  readonly tables: ReadonlySet<string>;
  /**
   * Elements of arrays that are called like the array's column: by their name, the name that their rows have here. `tags` in
   * `FROM posts, UNNEST(tags) AS tags` is the element, because GoogleSQL prefers a table's alias to a column. Null for a table whose
   * row as a whole would show _TABLE_SUFFIX.
   */
  readonly elements: ReadonlyMap<string, string | null>;
}

/** How the resolver of a whole statement helps with the parts of FROM. */
export interface FromContext {
  readonly sql: string;
  readonly defaults: NameDefaults;
  /** True when the statement speaks of _TABLE_SUFFIX. */
  readonly withSuffix: boolean;
  readonly budget: CopyBudget;
  readonly resolveQuery: (nodes: readonly Node[], scope: NameScope) => Node[];
  readonly resolveValue: (nodes: readonly Node[], scope: NameScope) => Node[];
}

/** A FROM clause whose tables are named in full. */
export interface FromClause {
  readonly nodes: readonly Node[];
  readonly scope: NameScope;
  /** Names of wildcard tables with _TABLE_SUFFIX, which `*` does not show. */
  readonly wildcards: ReadonlySet<string>;
  /** Columns of USING when nothing but USING joins these tables, the last join's first: `*` begins with them. */
  readonly using: readonly string[];
}

interface State {
  readonly context: FromContext;
  readonly nodes: readonly Node[];
  at: number;
  readonly out: Node[];
  readonly outer: NameScope;
  readonly queries: ReadonlySet<string>;
  readonly tables: Set<string>;
  readonly elements: Map<string, string | null>;
  readonly wildcards: Set<string>;
  readonly using: string[][];
  /** How many joins there are that are no USING. */
  otherJoins: number;
}

/** Words after a table that are no alias of it. */
const NO_ALIAS = [
  ...[
    "ON",
    "USING",
    "JOIN",
    "INNER",
    "LEFT",
    "RIGHT",
    "FULL",
    "CROSS",
    "NATURAL",
    "OUTER",
    "HASH",
    "LATERAL",
  ],
  ...["TABLESAMPLE", "FOR", "WITH", "PIVOT", "UNPIVOT", "AS", "MATCH_RECOGNIZE"],
];

/**
 * Names each table in full and writes array paths as UNNEST: in `FROM orders AS o, o.items` the second is an array of the first
 * (https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#from_clause).
 * @throws StatementFailure
 */
export function resolveFrom(context: FromContext, nodes: readonly Node[], scope: NameScope): FromClause {
  const state: State = {
    context,
    nodes: commasToJoins(nodes),
    at: 0,
    out: [],
    outer: scope,
    queries: scope.queries,
    tables: new Set(scope.tables),
    elements: new Map(scope.elements),
    wildcards: new Set(),
    using: [],
    otherJoins: 0,
  };
  readItem(state);
  while (state.at < state.nodes.length) readNext(state);
  const joins = state.otherJoins === 0 ? state.using.reverse().flat() : [];
  return {
    nodes: state.out,
    scope: scopeOf(state),
    wildcards: state.wildcards,
    using: [...new Set(joins)],
  };
}

/** A comma joins before what follows it in GoogleSQL; in DuckDB an explicit JOIN goes first. */
function commasToJoins(nodes: readonly Node[]): readonly Node[] {
  const comma = nodes.findIndex((node) => isSymbol(node, ","));
  if (comma < 0) return nodes;
  const after = nodes.slice(comma);
  if (!after.some((node) => isWord(node, "JOIN"))) return nodes;
  if (after.some((node, i) => isWord(node, "RIGHT", "FULL") && isWord(after[i + 1], "JOIN", "OUTER"))) {
    throw new StatementFailure(
      "invalid_query",
      "A RIGHT or FULL JOIN cannot follow a comma: write CROSS JOIN, or brackets.",
    );
  }
  return nodes.flatMap((node) =>
    isSymbol(node, ",") ? [toWord("CROSS", node), toWord("JOIN", node)] : [node],
  );
}

function scopeOf(state: State): NameScope {
  return { queries: state.queries, tables: state.tables, elements: state.elements };
}

function take(state: State, count = 1): void {
  state.out.push(...state.nodes.slice(state.at, state.at + count));
  state.at += count;
}

function readNext(state: State): void {
  const node = state.nodes[state.at];
  const next = state.nodes[state.at + 1];
  if (isSymbol(node, ",") || isWord(node, "JOIN")) {
    take(state);
    state.otherJoins += 1;
    readItem(state);
  } else if (isWord(node, "FOR")) throw unsupported("FOR SYSTEM_TIME AS OF (a table's earlier state)");
  else if (isWord(node, "TABLESAMPLE")) readSample(state);
  else if (isWord(node, "USING") && isParentheses(next)) {
    state.otherJoins -= 1;
    state.using.push(next.items.flatMap((item) => ("text" in item && item.text !== "," ? [item.text] : [])));
    take(state, 2);
  } else {
    const rest = state.nodes.slice(state.at + 1);
    const length = rest.findIndex((each) => isSymbol(each, ",") || isWord(each, ...RUN_ENDS));
    const run = state.nodes.slice(state.at, length < 0 ? undefined : state.at + 1 + length);
    state.out.push(...state.context.resolveValue(run, scopeOf(state)));
    state.at += run.length;
  }
}

/** Words that end a condition of a join. */
const RUN_ENDS = ["JOIN", "FOR", "TABLESAMPLE", "USING"];

/** "Smaller tables might consist of a single data block. In that case, the TABLESAMPLE clause reads the entire table." */
function readSample(state: State): void {
  const [, method, size] = state.nodes.slice(state.at, state.at + 3);
  const [count, unit, ...more] = isParentheses(size) ? size.items : [];
  const percent = count?.kind === "number" ? Number(count.text) : Number.NaN;
  const isWhole = isWord(method, "SYSTEM") && isWord(unit, "PERCENT") && more.length === 0;
  if (!isWhole || !(percent > 0 && percent <= 100)) throw unsupported("This form of TABLESAMPLE");
  state.at += 3;
}

function readItem(state: State): void {
  const { nodes, context } = state;
  const node = nodes[state.at];
  if (isParentheses(node)) readBrackets(state, node);
  else if (isWord(node, "UNNEST")) {
    const group = nodes[state.at + 1];
    state.out.push(node, ...context.resolveValue(group === undefined ? [] : [group], scopeOf(state)));
    state.at += 2;
    const alias = readAlias(state, null);
    if (isParentheses(group) && alias !== null) nameElement(state, alias, group.items);
  } else {
    const path = readTablePath(context.sql, nodes, state.at);
    if (path === null) return;
    state.at += path.nodes.length;
    const call = nodes[state.at];
    if (isParentheses(call)) {
      state.out.push(...path.nodes, ...context.resolveValue([call], scopeOf(state)));
      state.at += 1;
      readAlias(state, null);
    } else readPath(state, path);
  }
}

function readBrackets(state: State, group: Group): void {
  const { context } = state;
  state.at += 1;
  if (isQueryGroup(group)) {
    // A subquery in FROM does not see the tables beside it.
    state.out.push({ ...group, items: context.resolveQuery(group.items, state.outer) });
    readAlias(state, null);
    return;
  }
  const inner = resolveFrom(context, group.items, scopeOf(state));
  for (const name of inner.scope.tables) state.tables.add(name);
  for (const name of inner.wildcards) state.wildcards.add(name);
  state.out.push({ ...group, items: inner.nodes });
}

function isQueryGroup(group: Group): boolean {
  const [first, second] = group.items;
  if (isParentheses(first)) {
    const goesOn = isWord(second, "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT") || isSymbol(second, "|>");
    return (second === undefined || goesOn) && isQueryGroup(first);
  }
  return isWord(first, "SELECT", "FROM", "WITH");
}

function readPath(state: State, path: TablePath): void {
  const { context } = state;
  const [first = "", ...rest] = path.names;
  const place = path.nodes[0] as Node;
  const last = rest.at(-1) ?? first;
  if (rest.length === 0 && state.queries.has(first.toLowerCase())) {
    state.out.push(...path.nodes);
    readAlias(state, first);
    return;
  }
  if (rest.length > 0 && state.tables.has(first.toLowerCase())) {
    const array = context.resolveValue(path.nodes, scopeOf(state));
    state.out.push(toWord("UNNEST", place), toGroup(array, place));
    const alias = readAlias(state, last);
    if (alias === null) state.out.push(...aliasNodes(last, place));
    nameElement(state, alias ?? last, path.nodes);
    return;
  }
  const table = resolveTable(path, context.defaults, context.withSuffix);
  state.out.push(...table.nodes);
  const alias = readAlias(state, table.implicitAlias) ?? table.implicitAlias;
  const hasAlias = alias !== table.implicitAlias;
  if (table.needsAlias && !hasAlias) state.out.push(...aliasNodes(alias, place));
  if (!context.withSuffix || !table.implicitAlias.includes("*")) return;
  state.wildcards.add(alias.toLowerCase());
  state.elements.set(alias.toLowerCase(), null);
}

/** Gives an element that hides the array's column a table's name of its own. */
function nameElement(state: State, alias: string, array: readonly Node[]): void {
  const last = array.at(-1);
  const hides =
    isPath(array) && isName(last) && last.text.split(".").at(-1)?.toLowerCase() === alias.toLowerCase();
  // The translator writes such names without quotes.
  if (!hides || last === undefined || !/^[A-Za-z_]\w*$/.test(alias)) return;
  if (isWord(state.nodes[state.at], "WITH") && isWord(state.nodes[state.at + 1], "OFFSET")) {
    take(state, 2);
    if (isWord(state.nodes[state.at], "AS")) take(state);
    const offset = state.nodes[state.at];
    if (isName(offset) && !isWord(offset, ...NO_ALIAS)) take(state);
  }
  const name = `gs_element_${alias}`;
  state.out.push(toWord("AS", last), toName(name, last));
  state.elements.set(alias.toLowerCase(), name);
}

/** Reads a table's alias and keeps it among the tables, or else the implicit one. */
function readAlias(state: State, implicit: string | null): string | null {
  const { nodes } = state;
  const hasAs = isWord(nodes[state.at], "AS");
  const node = nodes[state.at + (hasAs ? 1 : 0)];
  const isName = node?.kind === "quoted" || node?.kind === "name" || node?.kind === "word";
  if (isName && (hasAs || !isWord(node, ...NO_ALIAS))) {
    state.out.push(toWord("AS", node), node);
    state.at += hasAs ? 2 : 1;
    state.tables.add(node.text.toLowerCase());
    return node.text;
  }
  if (implicit !== null) state.tables.add(implicit.toLowerCase());
  return null;
}
